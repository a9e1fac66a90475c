/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NetrSessionDel ([MS-SRVS] 3.1.4.6), and NetSessionDel() on top of it. */

#include <dcerpc.h>

#include "call.h"
#include "default_context.h"
#include "ndr_netr_session.h"

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

NET_API_STATUS NetSessionDel(const char *servername,
			     const char *UncClientName,
			     const char *username)
{
	struct smbsession_context *context = default_context_begin();
	NET_API_STATUS code = ERROR_NOT_ENOUGH_MEMORY;

	if (context != NULL) {
		code = smbsession_del(context,
				      servername,
				      UncClientName,
				      username);
	}
	default_context_end(context);
	return code;
}
