/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a call needs to look up sessions: the table, and the server's names. */

#ifndef SESSIONDEL_SESSION_LOOKUP_H
#define SESSIONDEL_SESSION_LOOKUP_H

#include "source/common/samba_types.h"

#include "source/session/match/session_match.h"

struct dcesrv_connection;
struct session_table;
struct sessiondel_module;

struct session_lookup {
	/* the worker's, opened at the first read */
	struct session_table *table;
	/* its strings live as long as the call */
	struct session_scope scope;
};

/**
 * Prepare to look up sessions for a call.
 *
 * @param[in,out] module  Owns the table.
 * @param[in]     conn    The call's connection.
 * @param[out]    lookup  Valid only with NT_STATUS_OK.
 *
 * @return NT_STATUS_OK or NT_STATUS_NO_MEMORY.
 */
NTSTATUS session_lookup_begin(struct sessiondel_module *module,
			      const struct dcesrv_connection *conn,
			      struct session_lookup *lookup);

/**
 * The code for a server fault, or for a lookup that took too long. It is never
 * 5, which only refused callers get.
 */
WERROR session_lookup_fault(NTSTATUS status);

#endif
