/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NetrSessionEnum, [MS-SRVS] 3.1.4.5: what NetrSessionDel can close. */

#ifndef SESSIONDEL_NET_SESSION_ENUM_H
#define SESSIONDEL_NET_SESSION_ENUM_H

#include "source/common/samba_types.h"

struct dcesrv_call_state;
struct sessiondel_module;
struct srvsvc_NetSessEnum;

/**
 * Serve one call, at once or later by dcesrv_reply().
 *
 * @param[in,out] module  The worker's state.
 * @param[in]     call    Owns everything that is allocated for the call.
 * @param[in,out] r       Its arguments and its result, as NDR made them.
 *
 * @return NT_STATUS_OK: served now, or later;
 *         NT_STATUS_REVISION_MISMATCH: nothing was done, because this Samba's
 *         records are not those that the module was built for.
 */
NTSTATUS net_session_enum(struct sessiondel_module *module,
			  struct dcesrv_call_state *call,
			  struct srvsvc_NetSessEnum *r);

#endif
