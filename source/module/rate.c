/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A limit on how many lines are written, and a count of the others. */

#include "rate.h"

#include <stdio.h>
#include <string.h>

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

static bool is_over(const struct rate *rate, time_t now)
{
	return rate->written == 0 || now - rate->window >= RATE_WINDOW;
}

/* The caller's, or one whose window is over, or that of all others. */
static struct rate *rate_of(struct rates *rates, const char *caller, time_t now)
{
	size_t unused = RATES_CALLERS;

	for (size_t i = 0; i < RATES_CALLERS; i++) {
		if (strncmp(rates->callers[i].name,
			    caller,
			    RATES_CALLER_LEN - 1) == 0) {
			return &rates->callers[i].rate;
		}
		if (unused == RATES_CALLERS &&
		    is_over(&rates->callers[i].rate, now)) {
			unused = i;
		}
	}
	if (unused == RATES_CALLERS) {
		return &rates->others;
	}
	/* what was dropped there is still to be counted */
	rates->others.dropped +=
		rate_take_dropped(&rates->callers[unused].rate);
	snprintf(rates->callers[unused].name, RATES_CALLER_LEN, "%s", caller);
	return &rates->callers[unused].rate;
}

bool rates_allow(struct rates *rates, const char *caller, time_t now)
{
	return rate_allows(rate_of(rates, caller, now), now);
}

uint64_t rates_take_dropped(struct rates *rates)
{
	uint64_t dropped = rate_take_dropped(&rates->others);

	for (size_t i = 0; i < RATES_CALLERS; i++) {
		dropped += rate_take_dropped(&rates->callers[i].rate);
	}
	return dropped;
}
