/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Find the sessions that match a query in the session table. */

#ifndef SESSIONDEL_SESSION_FIND_LOCAL_H
#define SESSIONDEL_SESSION_FIND_LOCAL_H

#include "source/session/match/session_query.h"
#include "source/session/targets.h"

/**
 * Find the sessions that match a query (docs/spec.md#which-sessions-match):
 * authenticated ones whose smbd is alive. The caller's own gets the fate
 * SESSION_OWN.
 *
 * @param[in]  mem_ctx  Owns the list of targets.
 * @param[in]  table    The session table.
 * @param[in]  query    What was asked for.
 * @param[in]  scope    The server's domain, and the caller.
 * @param[out] targets  Valid only with NT_STATUS_OK, may be empty.
 *
 * @return NT_STATUS_NO_MEMORY, or what session_table_walk() returns.
 */
NTSTATUS session_targets_find(TALLOC_CTX *mem_ctx,
			      struct session_table *table,
			      const struct session_query *query,
			      const struct session_scope *scope,
			      struct session_targets *targets);

#endif
