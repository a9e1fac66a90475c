/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who makes a call, also where "force user" hides who logged in. */

#ifndef SESSIONDEL_CALL_CALLER_H
#define SESSIONDEL_CALL_CALLER_H

#include "source/common/samba_types.h"

#include "caller.h"

struct dcesrv_call_state;
struct sessiondel_module;

/**
 * Find out who calls: who logged in, or authenticated inside RPC.
 *
 * Where "force user" reaches IPC$, smbd hands over a pipe with the forced
 * user's token. The login is then found in the session table, and the pipe's
 * note is corrected. Where it is not found, the caller has no rights, and the
 * log says why.
 *
 * @param[in,out] module  The worker's state.
 * @param[in]     call    Owns the memory that the result points to.
 */
struct caller call_caller(struct sessiondel_module *module,
			  struct dcesrv_call_state *call);

#endif
