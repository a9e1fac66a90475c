/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a call needs to look up sessions: the table, and the server's names. */

#include "session_lookup.h"

#include "libds/common/roles.h"
#include "source3/lib/global_contexts.h"
#include "source3/param/loadparm.h"

#include "source/session/tables/session_table.h"

#include "module.h"
#include "pipe_session.h"
#include "samba_host.h"

static NTSTATUS create_table_once(struct sessiondel_module *module)
{
	if (module->table == NULL) {
		module->table =
			session_table_create(NULL, global_messaging_context());
	}
	return module->table != NULL ? NT_STATUS_OK : NT_STATUS_NO_MEMORY;
}

NTSTATUS session_lookup_begin(struct sessiondel_module *module,
			      const struct dcesrv_connection *conn,
			      struct session_lookup *lookup)
{
	NTSTATUS status = create_table_once(module);
	/*
	 * The server's own domain is the one that it is a member or controller
	 * of. A standalone server is its own domain.
	 */
	bool member = lp_server_role() == ROLE_DOMAIN_MEMBER;

	*lookup = (struct session_lookup){
		.table = module->table,
		.scope =
			{
				.domain = member ? lp_workgroup()
						 : get_global_sam_name(),
				.realm = lp_realm(),
				.caller = pipe_session_caller(module->pipes,
							      conn),
			},
	};
	return status;
}

WERROR session_lookup_fault(NTSTATUS status)
{
	if (NT_STATUS_EQUAL(status, NT_STATUS_NO_MEMORY)) {
		return WERR_NOT_ENOUGH_MEMORY;
	}
	if (NT_STATUS_EQUAL(status, NT_STATUS_IO_TIMEOUT)) {
		return WERR_TIMEOUT;
	}
	return WERR_NERR_INTERNALERROR;
}
