/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a call works with: the worker's tables, what the server adds. */

#include "call_work.h"

#include "libds/common/roles.h"
#include "source3/lib/global_contexts.h"
#include "source3/param/loadparm.h"

#include "source/session/child/call_child.h"
#include "source/session/close/session_closer.h"

#include "module.h"
#include "pipe_session.h"
#include "samba_host.h"

static struct session_closer *worker_closer(struct sessiondel_module *module)
{
	if (module->closer == NULL) {
		module->closer =
			session_closer_create(NULL,
					      global_messaging_context(),
					      &module->share_lock_limit);
	}
	return module->closer;
}

struct session_table *call_work_table(struct sessiondel_module *module)
{
	const struct session_closer *closer = worker_closer(module);

	return closer != NULL ? closer->table : NULL;
}

bool call_work_init(TALLOC_CTX *mem_ctx,
		    struct sessiondel_module *module,
		    const struct dcesrv_connection *conn,
		    const struct child_service *const *services,
		    struct session_work *work)
{
	struct session_closer *closer = worker_closer(module);
	const char *domain = NULL;
	const char *realm = NULL;
	/*
	 * An account's domain is the server's own when it is the one that the
	 * server is a member or controller of; a standalone server is its own
	 * domain.
	 */
	bool member = lp_server_role() == ROLE_DOMAIN_MEMBER;

	/* copies: on SIGHUP smb.conf is loaded again while a call waits */
	domain = talloc_strdup(mem_ctx,
			       member ? lp_workgroup() : get_global_sam_name());
	realm = talloc_strdup(mem_ctx, lp_realm());
	if (closer == NULL || domain == NULL || realm == NULL) {
		return false;
	}
	*work = (struct session_work){
		.table = closer->table,
		.closer = closer,
		.scope =
			{
				.domain = domain,
				.realm = realm,
				.caller = pipe_session_caller(module->pipes,
							      conn),
			},
	};
	if (!call_child_needed()) {
		return true;
	}
	work->child = call_child_create(mem_ctx,
					global_messaging_context(),
					services,
					work);
	return work->child != NULL;
}

WERROR call_work_fault(NTSTATUS status)
{
	if (NT_STATUS_EQUAL(status, NT_STATUS_NO_MEMORY)) {
		return WERR_NOT_ENOUGH_MEMORY;
	}
	if (NT_STATUS_EQUAL(status, NT_STATUS_IO_TIMEOUT)) {
		return WERR_TIMEOUT;
	}
	return WERR_NERR_INTERNALERROR;
}
