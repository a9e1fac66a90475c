/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An event context in which nothing waits for longer than it may. */

#ifndef SMBSESSION_DEADLINE_H
#define SMBSESSION_DEADLINE_H

#include <stdbool.h>
#include <sys/time.h>

#include <talloc.h>
#include <tevent.h>

struct deadline {
	struct tevent_context *ev;
	struct tevent_timer *timer;
	/* seconds since the epoch of the monotonic clock, 0: none is set */
	double end;
	/* what was left of them when they were stopped */
	double seconds_left;
};

/** Make one, with its event context; NULL when out of memory. */
struct deadline *deadline_new(TALLOC_CTX *mem_ctx);

/**
 * From so many seconds on, all loops of the event context end with an error.
 *
 * @return false when out of memory
 */
bool deadline_start(struct deadline *deadline, unsigned int seconds);

/** Has it come? */
bool deadline_passed(const struct deadline *deadline);

/** How long it is until then, for poll() and for socket options: not 0. */
struct timeval deadline_left(const struct deadline *deadline);

/** Stop the clock, for somebody is asked who may take their time. */
void deadline_pause(struct deadline *deadline);

/**
 * Have it go on.
 *
 * @return false when out of memory
 */
bool deadline_resume(struct deadline *deadline);

#endif
