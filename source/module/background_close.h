/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closes that nobody waits for: they begin or go on after the answer. */

#ifndef SESSIONDEL_BACKGROUND_CLOSE_H
#define SESSIONDEL_BACKGROUND_CLOSE_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "source/session/close/session_close.h"

#include "waiting_call.h"

struct dcesrv_connection;

/* With what a close works. */
struct session_closer {
	/* the closes that nobody waits for */
	struct waiting_calls *all;
	/* the worker's event context */
	struct tevent_context *ev;
	struct session_table *table;
	/* both NULL: durable opens are left to be reclaimed */
	const struct durable_table *durable;
	struct share_lock_limit *child_share_lock_limit;
};

/**
 * Go on with a close whose time was up, so that durable opens of a session
 * that ends after all end with it. For five minutes at most, and not where as
 * many go on already as calls may wait; that is said in the log.
 *
 * @param[in] means    Copied.
 * @param[in] targets  Those that were asked and are still there are copied.
 * @param[in] opens    From session_close_recv(), taken over; may be NULL.
 */
void background_close_continue(const struct session_closer *means,
			       const struct session_targets *targets,
			       struct durable_opens *opens);

/**
 * Close the caller's own session when its pipe goes away, or after a second
 * (docs/spec.md#when-it-answers-and-with-what). A call that waited for its own
 * session would lose the answer.
 *
 * @param[in] means   Copied.
 * @param[in] conn    The caller's pipe.
 * @param[in] target  The session, copied.
 *
 * @return false without memory.
 */
bool background_close_own(const struct session_closer *means,
			  struct dcesrv_connection *conn,
			  const struct session_target *target);

#endif
