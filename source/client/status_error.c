/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What libdcerpc's NTSTATUS means to the caller of this library. */

#include "status_error.h"

#include <core/error.h>

#include "deadline.h"

/* TCP could not connect. libdcerpc says why since 4.23; before that it always
 * says NO_MEMORY. */
static bool is_unreachable(NTSTATUS status)
{
	return NT_STATUS_EQUAL(status, NT_STATUS_NO_MEMORY) ||
	       NT_STATUS_EQUAL(status, NT_STATUS_HOST_UNREACHABLE) ||
	       NT_STATUS_EQUAL(status, NT_STATUS_NETWORK_UNREACHABLE);
}

NET_API_STATUS status_error(struct smbsession_context *context, NTSTATUS status)
{
	const char *server = context->connected_to;
	NET_API_STATUS code = W_ERROR_V(ntstatus_to_werror(status));

	if (deadline_passed(context->deadline)) {
		return context_error(context,
				     ERROR_SEM_TIMEOUT,
				     "%s does not answer within %u s",
				     server,
				     context->timeout);
	}
	if (NT_STATUS_EQUAL(status, NT_STATUS_OBJECT_NAME_NOT_FOUND)) {
		return context_error(context,
				     ERROR_BAD_NETPATH,
				     "%s: no such host, or no srvsvc there",
				     server);
	}
	if (is_unreachable(status)) {
		return context_error(context,
				     ERROR_BAD_NETPATH,
				     "%s cannot be reached",
				     server);
	}
	return context_error(context,
			     code,
			     "%s: %s (%s)",
			     server,
			     get_friendly_nt_error_msg(status),
			     nt_errstr(status));
}
