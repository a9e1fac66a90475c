/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is recorded of each call (docs/spec.md#what-is-recorded). */

#ifndef SESSIONDEL_AUDIT_H
#define SESSIONDEL_AUDIT_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "source/session/targets.h"

#include "audit_queue.h"
#include "caller.h"
#include "rate.h"

/* The worker's audit; all zero at first, except for the queue's settings. */
struct audit {
	struct audit_queue queue;
	/* refusals are rate-limited, the rest is summed up */
	struct rate refusals;
	struct tevent_timer *summary;
	/* those that have their answer, but no line yet */
	struct audit_call *calls;
	struct tevent_context *ev;
	struct tevent_timer *due;
};

/* What one call was. */
struct audit_call {
	struct audit_call *prev, *next;
	struct caller caller;
	const char *client_name;
	const char *user_name;
	struct session_targets targets;
	WERROR result;
	struct timeval start;
	double seconds;
};

/**
 * Copy all but the targets, which are still to be found.
 *
 * @param[in] mem_ctx  Owns the copy.
 * @param[in] call     Points to what may go before it is recorded.
 *
 * @return A copy that owns what it points to, NULL without memory.
 */
struct audit_call *audit_call_keep(TALLOC_CTX *mem_ctx,
				   const struct audit_call *call);

/**
 * Record a call that was let in: a line for it and one for each session, made
 * and written when it has its answer.
 *
 * @param[in,out] audit   The worker's audit.
 * @param[in]     ev      The worker's event context.
 * @param[in]     kept    The call, taken over from whoever owns it.
 * @param[in]     result  How it ended, just now.
 */
void audit_call(struct audit *audit,
		struct tevent_context *ev,
		struct audit_call *kept,
		WERROR result);

/**
 * Write what was not written yet: the worker ends.
 */
void audit_write_rest(struct audit *audit);

/**
 * The same at once, for a call that there was no memory to keep.
 *
 * @param[in,out] call  Still its owner's.
 */
void audit_call_now(struct audit *audit,
		    struct tevent_context *ev,
		    struct audit_call *call,
		    WERROR result);

/**
 * Record a call that was refused, in the same way. A flood is counted, not
 * written line by line.
 */
void audit_refusal(struct audit *audit,
		   struct tevent_context *ev,
		   struct audit_call *call);

#endif
