/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The module's state in its worker. */

#ifndef SESSIONDEL_MODULE_H
#define SESSIONDEL_MODULE_H

#include "source/common/samba_types.h"

#include "librpc/rpc/dcesrv_core.h"

#include "source/session/durable/share_lock.h"

#include "audit.h"
#include "background_close.h"
#include "settings.h"
#include "waiting_call.h"

struct pipe_session;
struct session_closer;

struct sessiondel_module {
	pid_t worker;
	/* the stock interface, and the copy of it that calls us */
	const struct dcesrv_interface *stock;
	struct dcesrv_interface ours;
	/* this Samba is not what the module was built for: stock serves */
	bool abi_mismatch;
	/* opened by the first call that needs it */
	struct session_closer *closer;
	/* for calls whose answer cannot come later; made by the first of them
	 */
	struct tevent_context *blocking_ev;
	/* set while waiting for a lock is not allowed */
	struct share_lock_limit share_lock_limit;
	/* all pipes of the worker */
	struct pipe_session *pipes;
	/* calls that wait for a name's addresses, or for sessions to end */
	struct waiting_calls waiting;
	/* smb.conf has or had a "force user" for pipes in the worker's life */
	bool user_forced;
	/* a bit for each enum session_login that the log has a line about */
	unsigned warned_of_logins;
	/* closes that nobody waits for any more */
	struct background_closes background;
	struct audit audit;
	struct settings settings;
};

/**
 * Have stock Samba serve a call after all, and all that follow, because its
 * records are of another layout.
 *
 * @param[in,out] r  The arguments and the result, as NDR made them.
 */
void module_leave_to_stock(struct sessiondel_module *module,
			   struct dcesrv_call_state *call,
			   void *r);

#endif
