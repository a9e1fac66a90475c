/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Find the sessions that a call is to close, here or in the call's child. */

#ifndef SESSIONDEL_SESSION_FIND_H
#define SESSIONDEL_SESSION_FIND_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "source/session/session_work.h"

/**
 * Find the sessions that the query of a call means
 * (docs/spec.md#which-sessions-match), as session_targets_find() does. Without
 * a child the request is done when this returns.
 *
 * @param[in] mem_ctx  Owns the request.
 * @param[in] ev       Where to wait.
 * @param[in] work     Must outlive the request.
 * @param[in] limit    How long a child may take.
 *
 * @return The request, NULL without memory.
 */
struct tevent_req *session_find_send(TALLOC_CTX *mem_ctx,
				     struct tevent_context *ev,
				     struct session_work *work,
				     struct timeval limit);

/**
 * @param[in]  mem_ctx  Owns the list of targets.
 * @param[out] targets  Valid with NT_STATUS_OK and NT_STATUS_IO_TIMEOUT.
 *
 * @return NT_STATUS_OK; NT_STATUS_IO_TIMEOUT: there may be more than were found
 *         in time, the call's or CTDB's; NT_STATUS_INTERNAL_ERROR: the child
 *         failed; or what session_targets_find() returns.
 */
NTSTATUS session_find_recv(struct tevent_req *req,
			   TALLOC_CTX *mem_ctx,
			   struct session_targets *targets);

#endif
