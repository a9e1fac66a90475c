/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NetrSessionDel ([MS-SRVS] 3.1.4.6), and NetSessionDel() on top of it. */

#include <dcerpc.h>

#include "call.h"
#include "ndr_netr_session.h"

/* Set by smbsession_use(). */
static struct smbsession_context *default_context;

NET_API_STATUS smbsession_del(struct smbsession_context *context,
			      const char *servername,
			      const char *UncClientName,
			      const char *username)
{
	struct netr_session_del request = {
		.in = {.server_name = servername,
		       .client_name = UncClientName,
		       .user_name = username},
	};
	TALLOC_CTX *frame = NULL;
	NET_API_STATUS code = call_begin(context);

	if (code != NERR_Success) {
		return code;
	}
	frame = talloc_new(context);
	if (frame == NULL) {
		return context_no_memory(context);
	}
	code = call_server(context,
			   frame,
			   servername,
			   NDR_NETR_SESSION_DEL,
			   &request);
	talloc_free(frame);
	if (code != NERR_Success) {
		return code;
	}
	return call_result(context, W_ERROR_V(request.out.result));
}

void smbsession_use(struct smbsession_context *context)
{
	default_context = context;
}

NET_API_STATUS NetSessionDel(const char *servername,
			     const char *UncClientName,
			     const char *username)
{
	struct smbsession_context *context = default_context;
	NET_API_STATUS code = NERR_Success;

	if (context != NULL) {
		return smbsession_del(context,
				      servername,
				      UncClientName,
				      username);
	}
	context = smbsession_new();
	if (context == NULL) {
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	code = smbsession_del(context, servername, UncClientName, username);
	smbsession_free(context);
	return code;
}
