/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closes that nobody waits for: they begin or continue after the answer. */

#ifndef SESSIONDEL_BACKGROUND_CLOSE_H
#define SESSIONDEL_BACKGROUND_CLOSE_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "source/session/session_work.h"

#include "waiting_call.h"

struct dcesrv_connection;
struct durable_opens;
struct own_close;

/* All of a worker; all zero to begin with. */
struct background_closes {
	/* under way */
	struct waiting_calls running;
	/* of callers' own sessions, that wait for the answer to be read */
	struct own_close *own;
};

/**
 * Continue a close whose time was up, so that durable handles of a session that
 * ends after all end with it. For five minutes at most, and not where as many
 * continue already as calls may wait; that is logged.
 *
 * @param[in,out] closes    The worker's.
 * @param[in]     ev        The worker's event context.
 * @param[in]     closer    Must outlive the close.
 * @param[in]     targets   Those that are still there are copied.
 * @param[in]     leftover  From session_close_recv(), taken over.
 */
void background_close_continue(struct background_closes *closes,
			       struct tevent_context *ev,
			       struct session_closer *closer,
			       const struct session_targets *targets,
			       struct durable_opens *leftover);

/**
 * Close the caller's own session when its pipe goes away, or after a second
 * (docs/spec.md#when-it-answers-and-with-what): to wait for it inside its own
 * call would lose the answer.
 *
 * @param[in,out] closes       The worker's.
 * @param[in]     ev           The worker's event context.
 * @param[in]     conn         The caller's pipe.
 * @param[in]     closer       Must outlive the close.
 * @param[in]     target       The session, copied.
 * @param[in]     end_durable  Its durable handles end with it.
 *
 * @return False without memory.
 */
bool background_close_own(struct background_closes *closes,
			  struct tevent_context *ev,
			  struct dcesrv_connection *conn,
			  struct session_closer *closer,
			  const struct session_target *target,
			  bool end_durable);

/**
 * Ask for what is still to be asked for: the worker ends.
 */
void background_close_ask_rest(const struct background_closes *closes,
			       const struct session_closer *closer);

#endif
