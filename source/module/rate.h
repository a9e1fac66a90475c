/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A limit on how many lines are written, and a count of the others. */

#ifndef SESSIONDEL_RATE_H
#define SESSIONDEL_RATE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* All zero at first. */
struct rate {
	time_t window;
	unsigned written;
	uint64_t dropped;
};

/* Seconds of one window, and how many lines may be written in it. */
#define RATE_WINDOW 10
#define RATE_LINES 10

/**
 * May one more line be written now? A refusal is counted.
 *
 * @param[in,out] rate  The counters.
 * @param[in]     now   Seconds on a clock that does not jump.
 */
bool rate_allows(struct rate *rate, time_t now);

/**
 * How many lines were refused. Starts to count from 0 again.
 */
uint64_t rate_take_dropped(struct rate *rate);

/* How many callers have limits of their own, and bytes of a caller's name.
 */
#define RATES_CALLERS 64
#define RATES_CALLER_LEN 128

/* A limit for each caller, so that no flood of one hides another. All zero at
 * first. */
struct rates {
	struct {
		char name[RATES_CALLER_LEN];
		struct rate rate;
	} callers[RATES_CALLERS];
	/* of all that there was no room for */
	struct rate others;
};

/**
 * May one more line of that caller be written now?
 *
 * @param[in] caller  Anything that tells one caller from another; what is
 *                    longer than RATES_CALLER_LEN is cut off.
 */
bool rates_allow(struct rates *rates, const char *caller, time_t now);

/**
 * How many lines were refused, of all callers together. Starts to count from 0
 * again.
 */
uint64_t rates_take_dropped(struct rates *rates);

#endif
