/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does this Samba have the struct layouts that the module was built for? */

#include "source/common/samba_types.h"
#include "abi.h"

#include <talloc.h>

#include "librpc/gen_ndr/auth.h"
#include "librpc/rpc/dcesrv_core.h"

bool abi_series_fits(const char *version)
{
	static const char series[] = SESSIONDEL_SAMBA_SERIES ".";

	return strncmp(version, series, sizeof(series) - 1) == 0;
}

bool abi_sizes_fit(const struct dcesrv_critical_sizes *host)
{
	return host->sizeof_dcesrv_interface ==
		       sizeof(struct dcesrv_interface) &&
	       host->sizeof_dcesrv_connection ==
		       sizeof(struct dcesrv_connection) &&
	       host->sizeof_dcesrv_call_state ==
		       sizeof(struct dcesrv_call_state) &&
	       host->sizeof_dcesrv_auth == sizeof(struct dcesrv_auth);
}

bool abi_bind_fits(const struct dcesrv_connection_context *context)
{
	return talloc_get_size(context) == sizeof(*context) &&
	       talloc_get_size(context->conn) == sizeof(*context->conn) &&
	       talloc_get_size(context->conn->default_auth_state) ==
		       sizeof(struct dcesrv_auth) &&
	       talloc_get_size(
		       context->conn->default_auth_state->session_info) ==
		       sizeof(struct auth_session_info);
}

bool abi_call_fits(const struct dcesrv_call_state *call)
{
	return talloc_get_size(call) == sizeof(*call);
}
