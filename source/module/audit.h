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
	/* a limited number of refusals is written, the rest is counted */
	struct rates refusals;
	struct tevent_timer *summary;
	/* answered, but not written yet */
	struct audit_call *calls;
	struct tevent_context *ev;
	struct tevent_timer *due;
};

/* One call. */
struct audit_call {
	struct audit_call *prev, *next;
	struct caller caller;
	const char *client_name;
	const char *user_name;
	struct session_targets targets;
	/* what the client's name stood for, where it was looked up */
	struct client_addresses addresses;
	WERROR result;
	struct timeval start;
	double seconds;
};

/**
 * Copy a call before its targets are found.
 *
 * @param[in] mem_ctx  Owns the copy.
 * @param[in] call     May point to memory that is freed before it is recorded.
 *
 * @return A copy that owns all of its memory; NULL when out of memory.
 */
struct audit_call *audit_call_keep(TALLOC_CTX *mem_ctx,
				   const struct audit_call *call);

/**
 * Record which sessions a call is about to close. That is in the logs when this
 * returns, as far as syslogd takes it at once.
 *
 * @param[in,out] audit    The worker's audit.
 * @param[in]     ev       The worker's event context.
 * @param[in]     call     Stays with its owner.
 * @param[in]     targets  The sessions; those that have ended are left out.
 */
void audit_closing(struct audit *audit,
		   struct tevent_context *ev,
		   const struct audit_call *call,
		   const struct session_targets *targets);

/**
 * Record a call that was not refused: a line for the call and one for each
 * session. They are written after the answer.
 *
 * @param[in,out] audit   The worker's audit.
 * @param[in]     ev      The worker's event context.
 * @param[in]     kept    The call. The audit takes ownership.
 * @param[in]     result  The call's result.
 */
void audit_call(struct audit *audit,
		struct tevent_context *ev,
		struct audit_call *kept,
		WERROR result);

/**
 * Write all lines that are not written yet, because the worker is exiting.
 */
void audit_write_rest(struct audit *audit);

/**
 * Record a call at once, because there is no memory to keep it.
 *
 * @param[in,out] call  Stays with its owner.
 */
void audit_call_now(struct audit *audit,
		    struct tevent_context *ev,
		    struct audit_call *call,
		    WERROR result);

/**
 * Record a refused call. In a flood, refusals are counted instead of written.
 */
void audit_refusal(struct audit *audit,
		   struct tevent_context *ev,
		   struct audit_call *call);

#endif
