/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An event context whose loops end at a deadline. */

#ifndef SMBSESSION_DEADLINE_H
#define SMBSESSION_DEADLINE_H

#include <stdbool.h>
#include <sys/time.h>

#include <talloc.h>
#include <tevent.h>

struct deadline {
	struct tevent_context *ev;
	struct tevent_timer *timer;
	/* seconds on the monotonic clock; 0: no deadline is set */
	double end;
	/* what was left when the clock was paused */
	double seconds_left;
};

/** Make one with its event context; NULL when out of memory. */
struct deadline *deadline_new(TALLOC_CTX *mem_ctx);

/**
 * Start the clock: after this many seconds all loops of the event context end
 * with an error.
 *
 * @return false when out of memory
 */
bool deadline_start(struct deadline *deadline, unsigned int seconds);

/** Has the deadline passed? */
bool deadline_passed(const struct deadline *deadline);

/** The time left, for poll() and socket options; never 0. */
struct timeval deadline_left(const struct deadline *deadline);

/** Pause the clock, so that a user can take time to answer. */
void deadline_pause(struct deadline *deadline);

/**
 * Let the clock run again, with the time that was left.
 *
 * @return false when out of memory
 */
bool deadline_resume(struct deadline *deadline);

#endif
