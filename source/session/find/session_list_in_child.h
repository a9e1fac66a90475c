/* SPDX-License-Identifier: GPL-3.0-or-later */
/* List sessions on a cluster, in a child process that sends the list. */

#ifndef SESSIONDEL_SESSION_LIST_IN_CHILD_H
#define SESSIONDEL_SESSION_LIST_IN_CHILD_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "session_list.h"

/**
 * Like session_list_make(), but without blocking.
 *
 * @param[in] mem_ctx  Owns the request.
 * @param[in] ev       Where to wait.
 * @param[in] table    The session table; must outlive the request.
 * @param[in] query    What was asked for; must outlive the request.
 * @param[in] scope    The server's domain, and the caller. Copied, but not what
 *                     it points to, which is not used after this function.
 * @param[in] opens    Count opens?
 * @param[in] limit    How long it may take.
 *
 * @return The request, NULL if out of memory.
 */
struct tevent_req *session_list_in_child_send(TALLOC_CTX *mem_ctx,
					      struct tevent_context *ev,
					      struct session_table *table,
					      const struct session_query *query,
					      const struct session_scope *scope,
					      bool opens,
					      struct timeval limit);

/**
 * @param[in]  req      The request.
 * @param[in]  mem_ctx  Owns the rows and their strings.
 * @param[out] list     Valid only with NT_STATUS_OK, may be empty.
 *
 * @return NT_STATUS_IO_TIMEOUT if limit or CTDB's own limit was reached;
 *         NT_STATUS_INTERNAL_ERROR if the child failed; or what
 *         session_list_make() returns.
 */
NTSTATUS session_list_in_child_recv(struct tevent_req *req,
				    TALLOC_CTX *mem_ctx,
				    struct session_list *list);

#endif
