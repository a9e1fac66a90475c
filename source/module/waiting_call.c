/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls that wait for sessions to end: how many, and for which sessions. */

#include "waiting_call.h"

#include "lib/util/dlinklist.h"

/* The limit for waiting calls (docs/spec.md#when-it-answers-and-with-what). */
#define WAITING_MAX 64

bool waiting_calls_full(const struct waiting_calls *all)
{
	return all->num >= WAITING_MAX;
}

static void skip_asked_by(const struct session_targets *others,
			  struct session_targets *targets)
{
	for (size_t i = 0; i < targets->num; i++) {
		struct session_target *target = &targets->list[i];
		const struct session_target *other =
			session_targets_get(others, &target->key);

		if (target->fate == SESSION_NOT_ASKED && other != NULL &&
		    other->fate == SESSION_ASKED) {
			target->fate = SESSION_ASKED;
		}
	}
}

/* Each message to an smbd that hangs stays in this worker's memory. */
void waiting_calls_skip_asked(const struct waiting_calls *all,
			      struct session_targets *targets)
{
	const struct waiting_call *call = NULL;

	for (call = all->list; call != NULL; call = call->next) {
		skip_asked_by(call->targets, targets);
	}
}

bool waiting_calls_include(const struct waiting_calls *all,
			   const struct session_key *key)
{
	const struct waiting_call *call = NULL;

	for (call = all->list; call != NULL; call = call->next) {
		if (session_targets_get(call->targets, key) != NULL) {
			return true;
		}
	}
	return false;
}

void waiting_call_start(struct waiting_calls *all,
			struct waiting_call *call,
			const struct session_targets *targets)
{
	call->all = all;
	call->targets = targets;
	DLIST_ADD(all->list, call);
	all->num += 1;
}

void waiting_call_stop(struct waiting_call *call)
{
	DLIST_REMOVE(call->all->list, call);
	call->all->num -= 1;
}
