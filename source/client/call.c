/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One call to the server service, with a time limit. */

#include "call.h"

#include <dcerpc.h>

#include "connection.h"
#include "deadline.h"
#include "error_code.h"
#include "ndr_netr_session.h"
#include "status_error.h"

/* A kept connection can be dead: the server may have dropped it while it was
 * idle, or the call before may have closed the caller's own session. */
static bool may_try_again(const struct smbsession_context *context, bool fresh)
{
	return !fresh && !deadline_passed(context->deadline);
}

/* How libndr reports an answer that it cannot decode. */
static bool is_undecodable(NTSTATUS status)
{
	return NT_STATUS_EQUAL(status, NT_STATUS_BUFFER_TOO_SMALL) ||
	       NT_STATUS_EQUAL(status, NT_STATUS_ARRAY_BOUNDS_EXCEEDED) ||
	       NT_STATUS_EQUAL(status, NT_STATUS_INVALID_PARAMETER_MIX) ||
	       NT_STATUS_EQUAL(status, NT_STATUS_INVALID_PARAMETER) ||
	       NT_STATUS_EQUAL(status, NT_STATUS_PORT_MESSAGE_TOO_LONG);
}

static NET_API_STATUS note_failed_call(struct smbsession_context *context,
				       NTSTATUS status)
{
	if (is_undecodable(status)) {
		return call_invalid_answer(context);
	}
	/* An answer can claim a size that cannot be allocated. status_error()
	 * would take this for a connection that failed. */
	if (NT_STATUS_EQUAL(status, NT_STATUS_NO_MEMORY)) {
		return context_no_memory(context);
	}
	return status_error(context, status);
}

NET_API_STATUS call_begin(struct smbsession_context *context)
{
	context_begin(context);
	return deadline_start(context->deadline, context->timeout)
		       ? NERR_Success
		       : context_no_memory(context);
}

NET_API_STATUS call_server(struct smbsession_context *context,
			   TALLOC_CTX *mem_ctx,
			   const char *servername,
			   uint32_t opnum,
			   void *request)
{
	bool again = true;
	NET_API_STATUS code = NERR_Success;

	while (again) {
		bool fresh = false;
		NTSTATUS status = NT_STATUS_OK;

		code = connection_open(context, servername, &fresh);
		if (code != NERR_Success) {
			return code;
		}
		status = dcerpc_binding_handle_call(context->srvsvc,
						    NULL,
						    &ndr_table_netr_session,
						    opnum,
						    mem_ctx,
						    request);
		if (NT_STATUS_IS_OK(status)) {
			/* What was noted on the way is no error now. */
			context->error_text = "";
			return NERR_Success;
		}
		code = note_failed_call(context, status);
		again = may_try_again(context, fresh);
		connection_close(context);
	}
	return code;
}

NET_API_STATUS call_invalid_answer(struct smbsession_context *context)
{
	return context_error(context,
			     ERROR_INVALID_DATA,
			     "%s: its answer makes no sense",
			     context->connected_to);
}

NET_API_STATUS call_result(struct smbsession_context *context,
			   NET_API_STATUS code)
{
	if (code == NERR_Success) {
		context->error_text = "";
		return code;
	}
	return context_error(context,
			     code,
			     "%s",
			     get_friendly_werror_msg(W_ERROR(code)));
}
