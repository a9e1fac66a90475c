/* SPDX-License-Identifier: GPL-3.0-or-later */
/* List sessions of a cluster: in a side process that tells them all. */

#ifndef SESSIONDEL_SESSION_LIST_IN_CHILD_H
#define SESSIONDEL_SESSION_LIST_IN_CHILD_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "session_list.h"

/**
 * Do what session_list_make() does, and do not wait for it.
 *
 * @param[in] mem_ctx  Owns the request.
 * @param[in] ev       Where to wait.
 * @param[in] table    The session table, must outlive the request.
 * @param[in] query    What was asked for, must outlive the request.
 * @param[in] scope    What the server adds, copied; what it points to must
 *                     outlive this function.
 * @param[in] opens    Count them, too.
 * @param[in] limit    How long that may take.
 *
 * @return The request, NULL without memory.
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
 * @return NT_STATUS_OK; NT_STATUS_IO_TIMEOUT: not all could be listed in
 *         time; NT_STATUS_INTERNAL_ERROR: the side process failed; or what
 *         session_list_make() returns.
 */
NTSTATUS session_list_in_child_recv(struct tevent_req *req,
				    TALLOC_CTX *mem_ctx,
				    struct session_list *list);

#endif
