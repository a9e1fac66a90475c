/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Find sessions on a cluster, in a child process that sends the targets. */

#ifndef SESSIONDEL_SESSION_FIND_IN_CHILD_H
#define SESSIONDEL_SESSION_FIND_IN_CHILD_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "source/session/targets.h"

/**
 * Like session_targets_find(), but without blocking.
 *
 * @param[in] mem_ctx  Owns the request.
 * @param[in] ev       Where to wait.
 * @param[in] table    The session table; must outlive the request.
 * @param[in] query    What was asked for; must outlive the request.
 * @param[in] scope    The server's domain, and the caller. Copied, but not what
 *                     it points to, which is not used after this function.
 * @param[in] limit    How long the search may take.
 *
 * @return The request, NULL if out of memory.
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
 * @return NT_STATUS_IO_TIMEOUT if limit or CTDB's own limit was reached, so
 *         there may be more targets; NT_STATUS_INTERNAL_ERROR if the child
 *         failed; or what session_targets_find() returns.
 */
NTSTATUS session_find_in_child_recv(struct tevent_req *req,
				    TALLOC_CTX *mem_ctx,
				    struct session_targets *targets);

#endif
