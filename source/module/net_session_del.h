/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NetrSessionDel, [MS-SRVS] 3.1.4.6: one call from its rights to its answer. */

#ifndef SESSIONDEL_NET_SESSION_DEL_H
#define SESSIONDEL_NET_SESSION_DEL_H

#include "source/common/samba_types.h"

#include "libcli/util/ntstatus.h"

struct dcesrv_call_state;
struct sessiondel_module;
struct srvsvc_NetSessDel;

/**
 * Serve one call, at once or later by dcesrv_reply().
 *
 * @param[in,out] module  The worker's state.
 * @param[in]     call    Owns everything that is allocated for the call.
 * @param[in,out] r       Its arguments and its result.
 *
 * @return NT_STATUS_OK: served now, or later;
 *         NT_STATUS_REVISION_MISMATCH: nothing was done, because this Samba's
 *         session records are not those that the module was built for.
 */
NTSTATUS net_session_del(struct sessiondel_module *module,
			 struct dcesrv_call_state *call,
			 struct srvsvc_NetSessDel *r);

#endif
