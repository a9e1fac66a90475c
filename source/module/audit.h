/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is recorded of each call (spec 6). */

#ifndef SESSIONDEL_AUDIT_H
#define SESSIONDEL_AUDIT_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "libcli/util/werror.h"

#include "source/session/session_target.h"

#include "caller.h"
#include "rate.h"
#include "settings.h"

struct audit_line;

/* The worker's audit; all zero to begin with. */
struct audit {
	/* lines that wait until the answers they tell of are out */
	struct audit_line *lines;
	struct tevent_timer *flush;
	/* refusals are rate-limited, the rest is summed up */
	struct rate refusals;
	struct tevent_timer *summary;
	struct settings settings;
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
 * Record a call: a line for it and one for each session. They are made now and
 * written as soon as the worker has nothing to answer, so that no caller waits
 * for a log.
 *
 * @param[in,out] audit     The worker's audit.
 * @param[in]     ev        The worker's event context.
 * @param[in]     settings  Where the lines go.
 * @param[in]     call      The call.
 */
void audit_call(struct audit *audit,
		struct tevent_context *ev,
		const struct settings *settings,
		const struct audit_call *call);

/**
 * Record a call that was refused, in the same way. A flood is counted, not
 * written line by line.
 */
void audit_refusal(struct audit *audit,
		   struct tevent_context *ev,
		   const struct settings *settings,
		   const struct audit_call *call);

#endif
