/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What calls look sessions up with: the table, and what the server adds. */

#ifndef SESSIONDEL_SESSION_LOOKUP_H
#define SESSIONDEL_SESSION_LOOKUP_H

#include "source/common/samba_types.h"

#include "source/session/session_match.h"

struct dcesrv_connection;
struct session_table;
struct sessiondel_module;

/**
 * The worker's session table, opened by the first call that needs it.
 *
 * @param[in,out] module  Owns the table.
 * @param[out]    table   Valid only with NT_STATUS_OK.
 */
NTSTATUS session_lookup_table(struct sessiondel_module *module,
			      struct session_table **table);

/**
 * What the server adds to the look-up for a call on that connection. Its
 * strings live as long as the call.
 */
struct session_scope session_lookup_scope(
	const struct sessiondel_module *module,
	const struct dcesrv_connection *conn);

/**
 * The code for a fault of the server's: 5 means a refused caller only.
 */
WERROR session_lookup_fault(NTSTATUS status);

#endif
