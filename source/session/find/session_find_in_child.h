/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Find sessions of a cluster: in a child that sends what it finds. */

#ifndef SESSIONDEL_SESSION_FIND_IN_CHILD_H
#define SESSIONDEL_SESSION_FIND_IN_CHILD_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "source/session/session_work.h"

struct child_service;

/**
 * See session_find_send().
 *
 * @param[out] targets  All zero. A talloc object, which gets to own its list.
 */
struct tevent_req *session_find_in_child_send(TALLOC_CTX *mem_ctx,
					      struct tevent_context *ev,
					      struct session_work *work,
					      struct timeval limit,
					      struct session_targets *targets);

/**
 * @param[in,out] targets  The same.
 */
NTSTATUS session_find_in_child_recv(struct tevent_req *req,
				    struct session_targets *targets);

/* What the child does for that. Its private data is the work. */
extern const struct child_service session_find_service;

#endif
