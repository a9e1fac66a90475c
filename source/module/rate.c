/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A limit on how many lines are written, and a count of the others. */

#include "rate.h"

bool rate_allows(struct rate *rate, time_t now)
{
	if (rate->written == 0 || now - rate->window >= RATE_WINDOW) {
		rate->window = now;
		rate->written = 0;
	}
	if (rate->written >= RATE_LINES) {
		rate->dropped += 1;
		return false;
	}
	rate->written += 1;
	return true;
}

uint64_t rate_take_dropped(struct rate *rate)
{
	uint64_t dropped = rate->dropped;

	rate->dropped = 0;
	return dropped;
}
