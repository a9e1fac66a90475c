/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The entry: some of srvsvc's calls are served here, the rest by Samba. */

#include "source/common/samba_types.h"

#include <dlfcn.h>
#include <tdb.h>

#include "lib/util/debug.h"
#include "librpc/gen_ndr/ndr_srvsvc.h"

#include "abi.h"
#include "module.h"
#include "net_session_del.h"
#include "net_session_enum.h"
#include "pipe_session.h"
#include "samba_host.h"

#define PUBLIC __attribute__((visibility("default")))

static struct sessiondel_module module_context = {
	.audit.queue.settings = &module_context.settings,
};

/* A worker ends with exit(), and so does a child of it whose exec() failed. */
static void finish_at_exit(void)
{
	if (getpid() == module_context.worker) {
		background_close_ask_rest(&module_context.background,
					  module_context.closer);
		audit_write_rest(&module_context.audit);
	}
}

/* When in doubt, stock Samba serves, and the log says why, once. */
static void note_abi_mismatch(struct sessiondel_module *module, const char *why)
{
	if (module->abi_mismatch) {
		return;
	}
	module->abi_mismatch = true;
	DBG_ERR("%s: sessiondel was built for Samba " SESSIONDEL_SAMBA_RELEASE
		", this is %s; stock Samba serves\n",
		why,
		samba_version_string());
}

void module_leave_to_stock(struct sessiondel_module *module,
			   struct dcesrv_call_state *call,
			   void *r)
{
	note_abi_mismatch(module, "records of another layout");
	/* what it returns is in r as well */
	(void)module->stock->dispatch(call, call, r);
}

static NTSTATUS sessiondel_bind(struct dcesrv_connection_context *context,
				const struct dcesrv_interface *iface)
{
	struct sessiondel_module *module = &module_context;

	if (!module->abi_mismatch && !abi_bind_fits(context)) {
		note_abi_mismatch(module, "connections of another layout");
	}
	if (!module->abi_mismatch &&
	    !pipe_session_note(&module->pipes, context->conn)) {
		return NT_STATUS_NO_MEMORY;
	}
	return module->stock->bind(context, iface);
}

static NTSTATUS serve_session_enum(struct sessiondel_module *module,
				   struct dcesrv_call_state *call,
				   void *r)
{
	return net_session_enum(module, call, r);
}

static bool serves_session_enum(struct sessiondel_module *module)
{
	return settings_read(&module->settings, SETTING_SESSION_LIST);
}

static NTSTATUS serve_session_del(struct sessiondel_module *module,
				  struct dcesrv_call_state *call,
				  void *r)
{
	return net_session_del(module, call, r);
}

struct served_call {
	uint16_t opnum;
	/* is it ours? NULL: always */
	bool (*is_ours)(struct sessiondel_module *module);
	/* NT_STATUS_REVISION_MISMATCH: nothing was done, stock must serve */
	NTSTATUS(*serve)
	(struct sessiondel_module *module,
	 struct dcesrv_call_state *call,
	 void *r);
};

static const struct served_call served_calls[] = {
	{NDR_SRVSVC_NETSESSENUM, serves_session_enum, serve_session_enum},
	{NDR_SRVSVC_NETSESSDEL, NULL, serve_session_del},
};

/* NULL if stock Samba serves it. */
static const struct served_call *find_served_call(
	struct sessiondel_module *module,
	uint16_t opnum)
{
	for (size_t i = 0; i < ARRAY_SIZE(served_calls); i++) {
		const struct served_call *served = &served_calls[i];

		if (served->opnum == opnum &&
		    (served->is_ours == NULL || served->is_ours(module))) {
			return served;
		}
	}
	return NULL;
}

static NTSTATUS sessiondel_dispatch(struct dcesrv_call_state *call,
				    TALLOC_CTX *mem_ctx,
				    void *r)
{
	struct sessiondel_module *module = &module_context;
	const struct served_call *served = NULL;
	NTSTATUS status;

	if (module->abi_mismatch) {
		return module->stock->dispatch(call, mem_ctx, r);
	}
	if (!abi_call_fits(call)) {
		note_abi_mismatch(module, "calls of another layout");
		return module->stock->dispatch(call, mem_ctx, r);
	}
	served = find_served_call(module, call->pkt.u.request.opnum);
	if (served == NULL) {
		return module->stock->dispatch(call, mem_ctx, r);
	}
	status = served->serve(module, call, r);
	if (NT_STATUS_EQUAL(status, NT_STATUS_REVISION_MISMATCH)) {
		note_abi_mismatch(module, "records of another layout");
		return module->stock->dispatch(call, mem_ctx, r);
	}
	return status;
}

typedef NTSTATUS (*register_fn)(struct dcesrv_context *dce_ctx,
				const char *ep_name,
				const char *ncacn_np_secondary_endpoint,
				const struct dcesrv_interface *iface,
				const struct security_descriptor *sd);

/* The interface to register instead of a stock one. */
static const struct dcesrv_interface *interface_to_register(
	struct sessiondel_module *module,
	const struct dcesrv_interface *stock)
{
	if (strcmp(stock->name, "srvsvc") != 0) {
		return stock;
	}
	if (!abi_series_fits(samba_version_string())) {
		note_abi_mismatch(module, "another series");
		return stock;
	}
	if (!abi_sizes_fit(dcerpc_module_version())) {
		note_abi_mismatch(module, "interfaces of another layout");
		return stock;
	}
	if (module->worker == 0 && atexit(finish_at_exit) == 0) {
		module->worker = getpid();
	}
	module->stock = stock;
	module->ours = *stock;
	module->ours.bind = sessiondel_bind;
	module->ours.dispatch = sessiondel_dispatch;
	return &module->ours;
}

/**
 * Interposes Samba's own function of that name, which the worker calls for each
 * interface, once per transport.
 */
PUBLIC NTSTATUS
dcesrv_interface_register(struct dcesrv_context *dce_ctx,
			  const char *ep_name,
			  const char *ncacn_np_secondary_endpoint,
			  const struct dcesrv_interface *iface,
			  const struct security_descriptor *sd);

NTSTATUS dcesrv_interface_register(struct dcesrv_context *dce_ctx,
				   const char *ep_name,
				   const char *ncacn_np_secondary_endpoint,
				   const struct dcesrv_interface *iface,
				   const struct security_descriptor *sd)
{
	register_fn stock_register =
		(register_fn)dlsym(RTLD_NEXT, "dcesrv_interface_register");

	if (stock_register == NULL) {
		return NT_STATUS_ENTRYPOINT_NOT_FOUND;
	}
	return stock_register(dce_ctx,
			      ep_name,
			      ncacn_np_secondary_endpoint,
			      interface_to_register(&module_context, iface),
			      sd);
}

struct g_lock_ctx;

typedef NTSTATUS (*lock_fn)(struct g_lock_ctx *ctx,
			    TDB_DATA key,
			    int type,
			    struct timeval timeout,
			    void *callback,
			    void *private_data);

/**
 * Interposes Samba's own function of that name, with which smbd's library locks
 * a file's share modes: it would wait an hour for an smbd that hangs.
 *
 * The last two arguments are those of 4.22 and later. 4.17 neither passes nor
 * reads them. They are passed on unread.
 */
PUBLIC NTSTATUS g_lock_lock(struct g_lock_ctx *ctx,
			    TDB_DATA key,
			    int type,
			    struct timeval timeout,
			    void *callback,
			    void *private_data);

NTSTATUS g_lock_lock(struct g_lock_ctx *ctx,
		     TDB_DATA key,
		     int type,
		     struct timeval timeout,
		     void *callback,
		     void *private_data)
{
	struct share_lock_limit *limit = &module_context.share_lock_limit;
	lock_fn stock_lock = (lock_fn)dlsym(RTLD_NEXT, "g_lock_lock");
	NTSTATUS status;

	if (stock_lock == NULL) {
		return NT_STATUS_ENTRYPOINT_NOT_FOUND;
	}
	if (limit->set) {
		/* With 0, 4.22 would take a dead holder for a live one. */
		timeout = (struct timeval){.tv_usec = 1};
	}
	status = stock_lock(ctx, key, type, timeout, callback, private_data);
	if (limit->set) {
		limit->refused |= NT_STATUS_EQUAL(status, NT_STATUS_IO_TIMEOUT);
	}
	return status;
}
