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

#endif
