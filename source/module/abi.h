/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does this Samba have the struct layouts that the module was built for? */

#ifndef SESSIONDEL_ABI_H
#define SESSIONDEL_ABI_H

#include <stdbool.h>

struct dcesrv_call_state;
struct dcesrv_connection_context;
struct dcesrv_critical_sizes;

/**
 * Is a version, such as "4.17.12-Debian", of the series that we are built for?
 */
bool abi_series_fits(const char *version);

/**
 * Are the structs that we copy or look into as large as ours?
 *
 * @param[in] host  From dcerpc_module_version(): as Samba was built.
 */
bool abi_sizes_fit(const struct dcesrv_critical_sizes *host);

/**
 * Are the structs of a new bind as large as ours, and of the same types? Samba
 * allocated them, and point releases have changed them before.
 */
bool abi_bind_fits(const struct dcesrv_connection_context *context);

/**
 * The same for the structs of a call.
 *
 * @param[in] call  A call on a connection that passed abi_bind_fits().
 */
bool abi_call_fits(const struct dcesrv_call_state *call);

#endif
