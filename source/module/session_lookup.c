/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What calls look sessions up with: the table, and what the server adds. */

#include "session_lookup.h"

#include "lib/util/debug.h"
#include "libds/common/roles.h"
#include "source3/lib/global_contexts.h"
#include "source3/param/loadparm.h"

#include "source/session/session_table.h"

#include "module.h"
#include "pipe_session.h"
#include "samba_host.h"

NTSTATUS session_lookup_table(struct sessiondel_module *module,
			      struct session_table **table)
{
	if (module->table == NULL) {
		NTSTATUS status = session_table_open(NULL,
						     global_messaging_context(),
						     &module->table);

		if (!NT_STATUS_IS_OK(status)) {
			DBG_ERR("cannot open the session table: %s\n",
				nt_errstr(status));
			return status;
		}
	}
	*table = module->table;
	return NT_STATUS_OK;
}

/*
 * An account's domain is the server's own when it is the one that the server
 * is a member or controller of; a standalone server is its own domain.
 */
struct session_scope session_lookup_scope(
	const struct sessiondel_module *module,
	const struct dcesrv_connection *conn)
{
	bool member = lp_server_role() == ROLE_DOMAIN_MEMBER;

	return (struct session_scope){
		.domain = member ? lp_workgroup() : get_global_sam_name(),
		.realm = lp_realm(),
		.caller = pipe_session_caller(module->pipes, conn),
	};
}

WERROR session_lookup_fault(NTSTATUS status)
{
	if (NT_STATUS_EQUAL(status, NT_STATUS_NO_MEMORY)) {
		return WERR_NOT_ENOUGH_MEMORY;
	}
	return WERR_NERR_INTERNALERROR;
}
