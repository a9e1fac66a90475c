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

/* What talloc knows of an object: its size and the name of its type. */
static bool fits(const void *object, size_t size, const char *type)
{
	return talloc_get_size(object) == size &&
	       strcmp(talloc_get_name(object), type) == 0;
}

#define FITS(object, type) fits(object, sizeof(type), #type)

bool abi_bind_fits(const struct dcesrv_connection_context *context)
{
	const struct dcesrv_connection *conn = context->conn;

	/* Samba names a session_info after one of several places */
	return FITS(context, struct dcesrv_connection_context) &&
	       FITS(conn, struct dcesrv_connection) &&
	       FITS(conn->default_auth_state, struct dcesrv_auth) &&
	       talloc_get_size(conn->default_auth_state->session_info) ==
		       sizeof(struct auth_session_info);
}

bool abi_call_fits(const struct dcesrv_call_state *call)
{
	return FITS(call, struct dcesrv_call_state);
}
