/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closes that begin or continue after the answer: no caller waits for them. */

#ifndef SESSIONDEL_BACKGROUND_CLOSE_H
#define SESSIONDEL_BACKGROUND_CLOSE_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "source/session/close/session_close.h"

#include "waiting_call.h"

struct dcesrv_connection;

/* What a close needs. */
struct session_closer {
	/* the closes that nobody waits for */
	struct waiting_calls *all;
	/* the worker's event context */
	struct tevent_context *ev;
	struct session_table *table;
	/* if both are NULL, durable opens are left to be reclaimed */
	const struct durable_table *durable;
	struct share_lock_limit *child_share_lock_limit;
};

/**
 * Continue a close that has reached its time limit, so that a session that ends
 * late takes its durable opens with it. This takes five minutes at most. It is
 * not done, and the log says so, if already as many closes continue as calls
 * may wait.
 *
 * @param[in] means    Copied.
 * @param[in] targets  Copied, but only those that were asked and still exist.
 * @param[in] opens    From session_close_recv(), ownership is taken; may be
 *                     NULL.
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
 * @return false when out of memory.
 */
bool background_close_own(const struct session_closer *means,
			  struct dcesrv_connection *conn,
			  const struct session_target *target);

#endif
