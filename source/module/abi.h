/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is this Samba laid out like the one that the module was built for? */

#ifndef SESSIONDEL_ABI_H
#define SESSIONDEL_ABI_H

#include <stdbool.h>

struct dcesrv_call_state;
struct dcesrv_connection_context;

/**
 * Does a version string, "4.17.12-Debian", belong to the series built for?
 */
bool abi_series_fits(const char *version);

/**
 * Are a new bind's structs as large as ours? Samba allocated them, and point
 * releases have changed them before.
 */
bool abi_bind_fits(const struct dcesrv_connection_context *context);

/**
 * The same for the structs of a call.
 *
 * @param[in] call  A call on a connection that abi_bind_fits() has passed.
 */
bool abi_call_fits(const struct dcesrv_call_state *call);

#endif
