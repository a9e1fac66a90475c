/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What waits for sessions to end: how many, and whom they have asked. */

#ifndef SESSIONDEL_WAITING_CALL_H
#define SESSIONDEL_WAITING_CALL_H

#include "source/common/samba_types.h"

#include "source/session/targets.h"

/* All that wait in this worker; all zero to begin with. */
struct waiting_calls {
	struct waiting_call *list;
	unsigned num;
};

/* One of them, a part of what belongs to its call. */
struct waiting_call {
	struct waiting_call *prev, *next;
	struct waiting_calls *all;
	const struct session_targets *targets;
};

/**
 * Has the number of waiting calls reached its limit
 * (docs/spec.md#when-it-answers-and-with-what)?
 */
bool waiting_calls_full(const struct waiting_calls *all);

/**
 * Take a session that a waiting call has asked to end already for one that
 * this call has asked: it is not asked again.
 *
 * @param[in]     all      The calls that wait.
 * @param[in,out] targets  Of a call that does not wait yet.
 */
void waiting_calls_skip_asked(const struct waiting_calls *all,
			      struct session_targets *targets);

/**
 * Does one of them wait for that session?
 */
bool waiting_calls_include(const struct waiting_calls *all,
			   const struct session_key *key);

/**
 * From now on the call waits.
 *
 * @param[in,out] all      Gets the call.
 * @param[in]     call     Stays where it is until waiting_call_stop().
 * @param[in]     targets  The call's sessions, read as long as it waits.
 */
void waiting_call_start(struct waiting_calls *all,
			struct waiting_call *call,
			const struct session_targets *targets);

/**
 * It waits no more. Needed before its memory goes.
 */
void waiting_call_stop(struct waiting_call *call);

#endif
