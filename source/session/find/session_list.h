/* SPDX-License-Identifier: GPL-3.0-or-later */
/* List sessions for a call, here or in the call's child. */

#ifndef SESSIONDEL_SESSION_LIST_H
#define SESSIONDEL_SESSION_LIST_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "source/session/session_work.h"

#include "session_list_local.h"

/**
 * List the sessions that the query of a call means (docs/spec.md#the-list), as
 * session_list_make() does. Without a child the request is done when this
 * returns.
 *
 * @param[in] mem_ctx  Owns the request.
 * @param[in] ev       Where to wait.
 * @param[in] work     Must outlive the request.
 * @param[in] fields   As session_list_make() takes them.
 * @param[in] limit    How long a child may take.
 *
 * @return The request, NULL without memory.
 */
struct tevent_req *session_list_send(TALLOC_CTX *mem_ctx,
				     struct tevent_context *ev,
				     struct session_work *work,
				     struct session_fields fields,
				     struct timeval limit);

/**
 * @param[in]  mem_ctx  Owns the rows and their strings.
 * @param[out] list     Valid only with NT_STATUS_OK, may be empty.
 *
 * @return NT_STATUS_OK; NT_STATUS_IO_TIMEOUT: not all could be listed in time;
 *         NT_STATUS_INTERNAL_ERROR: the child failed; or what
 *         session_list_make() returns.
 */
NTSTATUS session_list_recv(struct tevent_req *req,
			   TALLOC_CTX *mem_ctx,
			   struct session_list *list);

#endif
