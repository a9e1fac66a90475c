/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A context's connection to the server service of one server. */

#include "connection.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <credentials.h>
#include <dcerpc.h>
#include <param.h>

#include "config.h"
#include "deadline.h"
#include "error_code.h"
#include "kerberos.h"
#include "local_pipe.h"
#include "login.h"
#include "ndr_netr_session.h"
#include "relay.h"
#include "smbd_state.h"
#include "status_error.h"

/* The local server by SMB. An address needs no resolving. */
#define LOCAL_SERVER "127.0.0.1"

void connection_close(struct smbsession_context *context)
{
	TALLOC_FREE(context->connection);
	context->srvsvc = NULL;
}

/* Not in one string: brackets in a host's name would be parsed as options. */
static NTSTATUS make_binding(TALLOC_CTX *mem_ctx,
			     const char *host,
			     struct dcerpc_binding **binding)
{
	NTSTATUS status = dcerpc_parse_binding(mem_ctx,
					       "ncacn_np:[\\pipe\\srvsvc]",
					       binding);

	if (NT_STATUS_IS_OK(status)) {
		status = dcerpc_binding_set_string_option(*binding,
							  "host",
							  host);
	}
	if (NT_STATUS_IS_OK(status)) {
		status = dcerpc_binding_set_string_option(*binding,
							  "target_hostname",
							  host);
	}
	return status;
}

static NET_API_STATUS connect_with_login(struct smbsession_context *context)
{
	struct cli_credentials *credentials = NULL;
	struct dcerpc_binding *binding = NULL;
	struct dcerpc_pipe *pipe = NULL;
	NTSTATUS status = NT_STATUS_OK;
	NET_API_STATUS code =
		login_credentials(context->connection, context, &credentials);

	if (code == NERR_Success) {
		code = kerberos_get_ticket(context, credentials);
	}
	if (code != NERR_Success) {
		return code;
	}
	status = make_binding(context->connection,
			      context->connected_to,
			      &binding);
	if (NT_STATUS_IS_OK(status)) {
		status = dcerpc_pipe_connect_b(context->connection,
					       &pipe,
					       binding,
					       &ndr_table_netr_session,
					       credentials,
					       context->deadline->ev,
					       context->lp_ctx);
	}
	if (NT_STATUS_EQUAL(status, NT_STATUS_INVALID_PARAMETER) &&
	    kerberos_is_required(credentials)) {
		return kerberos_error(context);
	}
	if (!NT_STATUS_IS_OK(status)) {
		return status_error(context, status);
	}
	context->srvsvc = pipe->binding_handle;
	return NERR_Success;
}

static const char *configured_log_level(struct loadparm_context *lp_ctx)
{
	char **level = lpcfg_parm_ptr(lp_ctx,
				      NULL,
				      lpcfg_parm_struct(lp_ctx, "log level"));

	return level != NULL ? *level : NULL;
}

/* Making one sets the log level of the whole process, so pass ours on. */
static struct loadparm_context *make_relay_config(
	const struct smbsession_context *context,
	const char *directory)
{
	struct loadparm_context *lp_ctx = loadparm_init(context->connection);

	if (lp_ctx == NULL ||
	    !lpcfg_set_cmdline(lp_ctx,
			       "log level",
			       configured_log_level(context->lp_ctx)) ||
	    !lpcfg_set_cmdline(lp_ctx, "ncalrpc dir", directory)) {
		return NULL;
	}
	return lp_ctx;
}

/* As root, by the local named pipe. If not, errno says why. */
static bool connect_without_login(struct smbsession_context *context)
{
	struct loadparm_context *lp_ctx = NULL;
	struct dcerpc_pipe *pipe = NULL;
	struct relay *relay = NULL;
	const char *directory = NULL;
	int server = local_pipe_open(context);

	if (server < 0) {
		return false;
	}
	relay = relay_start(context->connection,
			    context->deadline->ev,
			    server,
			    &directory);
	if (relay == NULL) {
		return false;
	}
	lp_ctx = make_relay_config(context, directory);
	if (lp_ctx == NULL) {
		errno = ENOMEM;
		return false;
	}
	if (!NT_STATUS_IS_OK(dcerpc_pipe_connect(context->connection,
						 &pipe,
						 "ncalrpc:[" RELAY_ENDPOINT "]",
						 &ndr_table_netr_session,
						 cli_credentials_init_anon(
							 context->connection),
						 context->deadline->ev,
						 lp_ctx))) {
		errno = EPROTO;
		return false;
	}
	context->srvsvc = pipe->binding_handle;
	return true;
}

/* Another series of Samba may not accept our greeting at the pipe. Then log in
 * by SMB, as other users do. */
static NET_API_STATUS connect_as_root(struct smbsession_context *context)
{
	NET_API_STATUS code = NERR_Success;
	int error = 0;

	if (connect_without_login(context)) {
		return NERR_Success;
	}
	error = errno;
	code = connect_with_login(context);
	if (code == NERR_Success) {
		return code;
	}
	return context_error(context,
			     code,
			     "%s (and without a login: %s)",
			     context->error_text,
			     strerror(error));
}

static bool is_unreachable(NET_API_STATUS code)
{
	return code == ERROR_BAD_NETPATH || code == ERROR_CONNECTION_REFUSED;
}

static NET_API_STATUS connect_to_local_server(
	struct smbsession_context *context)
{
	NET_API_STATUS code = geteuid() == 0 && !login_is_given(&context->login)
				      ? connect_as_root(context)
				      : connect_with_login(context);

	if (is_unreachable(code) && smbd_is_stopped(context->lp_ctx)) {
		return context_error(context,
				     NERR_ServerNotStarted,
				     "Samba is not running on this machine");
	}
	return code;
}

static NET_API_STATUS connect_to_host(struct smbsession_context *context,
				      const char *host,
				      bool locally)
{
	NET_API_STATUS code = config_load(context);

	if (code != NERR_Success) {
		return code;
	}
	context->connection = talloc_new(context);
	context->connected_to = talloc_strdup(context->connection, host);
	if (context->connected_to == NULL) {
		return context_no_memory(context);
	}
	return locally ? connect_to_local_server(context)
		       : connect_with_login(context);
}

NET_API_STATUS connection_open(struct smbsession_context *context,
			       const char *servername,
			       bool *fresh)
{
	bool local = servername == NULL || servername[0] == '\0';
	const char *host = local ? LOCAL_SERVER : servername;
	NET_API_STATUS code = NERR_Success;

	host += strspn(host, "\\");
	if (host[0] == '\0') {
		return context_error(context,
				     ERROR_INVALID_PARAMETER,
				     "no server's name");
	}
	*fresh = context->srvsvc == NULL ||
		 strcmp(host, context->connected_to) != 0;
	if (!*fresh) {
		return NERR_Success;
	}
	connection_close(context);
	code = connect_to_host(context, host, local);
	if (code != NERR_Success) {
		connection_close(context);
	}
	return code;
}
