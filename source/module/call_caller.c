/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who makes a call, also where "force user" hides who logged in. */

#include "call_caller.h"

#include "lib/tsocket/tsocket.h"
#include "lib/util/debug.h"
#include "librpc/rpc/dcerpc.h"
#include "librpc/rpc/dcesrv_core.h"
#include "source3/param/loadparm.h"

#include "source/session/find/session_login.h"
#include "source/session/match/session_match.h"

#include "call_work.h"
#include "module.h"
#include "pipe_session.h"
#include "samba_host.h"

#define GLOBAL_SECTION (-1)

/*
 * Its value is taken unchanged: %U would be replaced by nothing here. False
 * without memory.
 */
static bool read_force_user(TALLOC_CTX *mem_ctx, int service, bool *forced)
{
	const char *user =
		lp_force_user(mem_ctx, lpcfg_noop_substitution(), service);

	*forced = *forced || (user != NULL && user[0] != '\0');
	return user != NULL;
}

/* smbd loads a changed smb.conf by itself, a worker only on SIGHUP. */
static bool load_changed_config(void)
{
	return !lp_file_list_changed() ||
	       lp_load_with_shares(get_dyn_CONFIGFILE());
}

/*
 * Does "force user" reach the share of the pipes, or did it? Clients that are
 * connected keep it. Loading smb.conf again does not pass a new value in
 * [global] on to the share, so both are looked at. False without memory.
 */
static bool note_force_user(struct sessiondel_module *module,
			    TALLOC_CTX *mem_ctx)
{
	bool *forced = &module->user_forced;

	*forced = *forced || !load_changed_config();
	return *forced ||
	       (read_force_user(mem_ctx, GLOBAL_SECTION, forced) &&
		read_force_user(mem_ctx, lp_servicenumber("IPC$"), forced));
}

/* Root's own programs open a pipe without smbd: it has no client's port. */
static bool came_by_smb(const struct dcesrv_connection *conn)
{
	return dcerpc_binding_get_transport(conn->endpoint->ep_description) ==
		       NCACN_NP &&
	       tsocket_address_inet_port(conn->remote_address) != 0;
}

static bool is_authenticated_inside_rpc(struct dcesrv_call_state *call)
{
	enum dcerpc_AuthType type;

	dcesrv_call_auth_info(call, &type, NULL);
	return type != DCERPC_AUTH_TYPE_NONE;
}

static const char *why_unknown(enum session_login found)
{
	switch (found) {
	case SESSION_LOGIN_KNOWN:
		break;
	case SESSION_LOGIN_NONE:
		return "the caller's connection has no session of that name";
	case SESSION_LOGIN_SEVERAL:
		return "the caller's smbd has several sessions";
	case SESSION_LOGIN_UNREADABLE:
		return "the session table cannot be read";
	case SESSION_LOGIN_ON_CLUSTER:
		return "the server is part of a cluster";
	}
	return "no reason";
}

static void warn_once(struct sessiondel_module *module,
		      enum session_login found)
{
	const unsigned bit = 1u << found;

	if ((module->warned_of_logins & bit) == 0) {
		module->warned_of_logins |= bit;
		DBG_ERR("force user in [global]: cannot know who logged in: "
			"%s; the call is refused\n",
			why_unknown(found));
	}
}

static struct caller user_who_logged_in(
	struct sessiondel_module *module,
	struct dcesrv_call_state *call,
	const struct session_scope_caller *carrier)
{
	struct session_table *table = call_work_table(module);
	struct auth_session_info *login = NULL;
	enum session_login found = SESSION_LOGIN_UNREADABLE;
	const struct caller unknown = {
		.account = carrier->login,
		.address = carrier->address,
	};

	/*
	 * A guest may give any name. Its forced user's token is a guest's too,
	 * but its session may have ended, and one of that name be left.
	 */
	if (session_user_is_guest(dcesrv_call_session_info(call))) {
		return unknown;
	}
	if (table != NULL) {
		found = session_login_find(call, table, carrier, &login);
	}
	if (login == NULL) {
		warn_once(module, found);
		return unknown;
	}
	pipe_session_correct(module->pipes, call->conn, login);
	return caller_of_session(login, carrier->address);
}

struct caller call_caller(struct sessiondel_module *module,
			  struct dcesrv_call_state *call)
{
	const struct session_scope_caller carrier =
		pipe_session_caller(module->pipes, call->conn);
	struct caller caller = caller_of_session(dcesrv_call_session_info(call),
						 carrier.address);

	if (!came_by_smb(call->conn)) {
		return caller;
	}
	if (!note_force_user(module, call)) {
		caller.no_memory = caller.may_end_sessions;
		return caller;
	}
	if (!module->user_forced) {
		return caller;
	}
	if (!is_authenticated_inside_rpc(call)) {
		return user_who_logged_in(module, call, &carrier);
	}
	pipe_session_correct(module->pipes, call->conn, NULL);
	return caller;
}
