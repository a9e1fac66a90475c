/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A query: which sessions the arguments of a call ask for. */

#ifndef SESSIONDEL_SESSION_QUERY_H
#define SESSIONDEL_SESSION_QUERY_H

#include "replace.h"
#include <talloc.h>

#include "libcli/util/werror.h"

#include "client_filter.h"
#include "user_filter.h"

struct session_query {
	struct client_filter client;
	struct user_filter user;
};

/**
 * Check ClientName and UserName of NetrSessionDel, [MS-SRVS] 3.1.4.6
 * (docs/spec.md#arguments).
 *
 * @param[in]  mem_ctx      Owns what the query allocates.
 * @param[in]  client_name  ClientName or NULL; the query points into it.
 * @param[in]  user_name    UserName or NULL; the query points into it.
 * @param[out] query        Valid only with WERR_OK.
 *
 * @return WERR_INVALID_PARAMETER if both are empty, or one is too long or
 *         malformed; WERR_NOT_ENOUGH_MEMORY.
 */
WERROR session_query_parse(TALLOC_CTX *mem_ctx,
			   const char *client_name,
			   const char *user_name,
			   struct session_query *query);

/**
 * The same for NetrSessionEnum, where both may be empty: list all sessions.
 */
WERROR session_query_parse_any(TALLOC_CTX *mem_ctx,
			       const char *client_name,
			       const char *user_name,
			       struct session_query *query);

#endif
