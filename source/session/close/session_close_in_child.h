/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Close sessions of a cluster: in a child that sends their fates. */

#ifndef SESSIONDEL_SESSION_CLOSE_IN_CHILD_H
#define SESSIONDEL_SESSION_CLOSE_IN_CHILD_H

#include "source/session/session_work.h"

#include "session_close_local.h"

struct child_service;

/**
 * See session_close_send().
 */
struct tevent_req *session_close_in_child_send(
	TALLOC_CTX *mem_ctx,
	struct tevent_context *ev,
	struct session_work *work,
	struct session_targets *targets,
	const struct session_close_options *options);
NTSTATUS session_close_in_child_recv(struct tevent_req *req);

/* What the child does for that. Its private data is the work. */
extern const struct child_service session_close_service;

#endif
