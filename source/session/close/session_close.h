/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Close the sessions of a call, here or in the call's child. */

#ifndef SESSIONDEL_SESSION_CLOSE_H
#define SESSIONDEL_SESSION_CLOSE_H

#include "source/session/session_work.h"

#include "session_close_local.h"

/**
 * Close sessions and wait until they are gone, as session_close_local_send()
 * does.
 *
 * @param[in] mem_ctx  Owns the request.
 * @param[in] ev       Where to wait.
 * @param[in] work     Must outlive the request. Where it has a child, the
 *                     targets are those that the child found last, or it has
 *                     not started yet.
 * @param[in] targets  The sessions, must outlive the request.
 * @param[in] options  Copied; what they point to must outlive the request.
 *
 * @return The request, NULL without memory.
 */
struct tevent_req *session_close_send(
	TALLOC_CTX *mem_ctx,
	struct tevent_context *ev,
	struct session_work *work,
	struct session_targets *targets,
	const struct session_close_options *options);

/**
 * See session_close_local_recv(). A child leaves nothing over.
 */
NTSTATUS session_close_recv(struct tevent_req *req,
			    TALLOC_CTX *mem_ctx,
			    struct durable_opens **leftover);

#endif
