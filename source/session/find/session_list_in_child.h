/* SPDX-License-Identifier: GPL-3.0-or-later */
/* List sessions of a cluster: in a child that sends them all. */

#ifndef SESSIONDEL_SESSION_LIST_IN_CHILD_H
#define SESSIONDEL_SESSION_LIST_IN_CHILD_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "source/session/session_work.h"

#include "session_list_local.h"

struct child_service;

/**
 * See session_list_send().
 *
 * @param[out] list  All zero. A talloc object, which gets to own its rows.
 */
struct tevent_req *session_list_in_child_send(TALLOC_CTX *mem_ctx,
					      struct tevent_context *ev,
					      struct session_work *work,
					      struct session_fields fields,
					      struct timeval limit,
					      struct session_list *list);
NTSTATUS session_list_in_child_recv(struct tevent_req *req);

/* What the child does for that. Its private data is the work. */
extern const struct child_service session_list_service;

#endif
