/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is recorded of each call (spec 6). */

#ifndef SESSIONDEL_AUDIT_H
#define SESSIONDEL_AUDIT_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "source/session/session_target.h"

#include "audit_queue.h"
#include "caller.h"
#include "rate.h"

/* The worker's audit; all zero to begin with. */
struct audit {
	struct audit_queue queue;
	/* refusals are rate-limited, the rest is summed up */
	struct rate refusals;
	struct tevent_timer *summary;
};

/* What one call was. */
struct audit_call {
	const struct caller *caller;
	const char *client_name;
	const char *user_name;
	const struct session_targets *targets;
	WERROR result;
	struct timeval start;
};

/**
 * Record a call that was let in: a line for it and one for each session.
 *
 * @param[in,out] audit  The worker's audit.
 * @param[in]     ev     The worker's event context.
 * @param[in]     call   The call.
 */
void audit_call(struct audit *audit,
		struct tevent_context *ev,
		const struct audit_call *call);

/**
 * Record a call that was refused, in the same way. A flood is counted, not
 * written line by line.
 */
void audit_refusal(struct audit *audit,
		   struct tevent_context *ev,
		   const struct audit_call *call);

#endif
