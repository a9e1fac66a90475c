/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls that wait for sessions to end: how many, and for which sessions. */

#ifndef SESSIONDEL_WAITING_CALL_H
#define SESSIONDEL_WAITING_CALL_H

#include "source/common/samba_types.h"

#include "source/session/targets.h"

/* All calls that wait in this worker; all zero at first. */
struct waiting_calls {
	struct waiting_call *list;
	unsigned num;
};

/* One of them, a part of its call's state. */
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
 * Mark the targets that a waiting call has already asked to end, so that they
 * are not asked again.
 *
 * @param[in]     all      The calls that wait.
 * @param[in,out] targets  Of a call that does not wait yet.
 */
void waiting_calls_skip_asked(const struct waiting_calls *all,
			      struct session_targets *targets);

/**
 * Does any of them wait for this session?
 */
bool waiting_calls_include(const struct waiting_calls *all,
			   const struct session_key *key);

/**
 * Add a call to those that wait.
 *
 * @param[in,out] all      Gets the call.
 * @param[in]     call     Must not move before waiting_call_stop().
 * @param[in]     targets  The call's sessions, read while it waits.
 */
void waiting_call_start(struct waiting_calls *all,
			struct waiting_call *call,
			const struct session_targets *targets);

/**
 * Remove a call. This is needed before its memory is freed.
 */
void waiting_call_stop(struct waiting_call *call);

#endif
