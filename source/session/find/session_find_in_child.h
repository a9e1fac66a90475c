/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Find sessions of a cluster: in a side process that tells what it finds. */

#ifndef SESSIONDEL_SESSION_FIND_IN_CHILD_H
#define SESSIONDEL_SESSION_FIND_IN_CHILD_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "source/session/targets.h"

/**
 * Do what session_targets_find() does, and do not wait for it.
 *
 * @param[in] mem_ctx  Owns the request.
 * @param[in] ev       Where to wait.
 * @param[in] table    The session table, must outlive the request.
 * @param[in] query    What was asked for, must outlive the request.
 * @param[in] scope    What the server adds, copied; what it points to must
 *                     outlive this function.
 * @param[in] limit    How long to look.
 *
 * @return The request, NULL without memory.
 */
struct tevent_req *session_find_in_child_send(TALLOC_CTX *mem_ctx,
					      struct tevent_context *ev,
					      struct session_table *table,
					      const struct session_query *query,
					      const struct session_scope *scope,
					      struct timeval limit);

/**
 * @param[in]  req      The request.
 * @param[in]  mem_ctx  Owns the list of targets.
 * @param[out] targets  Valid with NT_STATUS_OK and NT_STATUS_IO_TIMEOUT.
 *
 * @return NT_STATUS_OK; NT_STATUS_IO_TIMEOUT: there may be more than were
 *         found in time, this call's or CTDB's; NT_STATUS_INTERNAL_ERROR: the
 *         side process failed; or what session_targets_find() returns.
 */
NTSTATUS session_find_in_child_recv(struct tevent_req *req,
				    TALLOC_CTX *mem_ctx,
				    struct session_targets *targets);

#endif
