/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A time limit for libdcerpc: some of its calls run an event loop of their own
 * and take no limit. tevent calls the nesting hook before each turn of a loop,
 * and the hook ends the loop when the time is up.
 */

/* tevent deprecates nested loops but keeps them: Samba's client code nests. */
#define TEVENT_DEPRECATED 1
#define _DEPRECATED_
#include "deadline.h"

#include <time.h>

static double monotonic_seconds(void)
{
	struct timespec clock = {.tv_sec = 0};

	(void)clock_gettime(CLOCK_MONOTONIC, &clock);
	return (double)clock.tv_sec + (double)clock.tv_nsec / 1e9;
}

static int end_late_loop(struct tevent_context *ev,
			 void *private_data,
			 uint32_t level,
			 bool begin,
			 void *stack_ptr,
			 const char *location)
{
	(void)ev;
	(void)level;
	(void)stack_ptr;
	(void)location;
	return begin && deadline_passed(private_data) ? -1 : 0;
}

struct deadline *deadline_new(TALLOC_CTX *mem_ctx)
{
	struct deadline *deadline = talloc_zero(mem_ctx, struct deadline);

	if (deadline == NULL) {
		return NULL;
	}
	deadline->ev = tevent_context_init(deadline);
	if (deadline->ev == NULL) {
		talloc_free(deadline);
		return NULL;
	}
	tevent_loop_allow_nesting(deadline->ev);
	tevent_loop_set_nesting_hook(deadline->ev, end_late_loop, deadline);
	return deadline;
}

/* Only wakes the loop, so that the hook can end it. */
static void wake_loop(struct tevent_context *ev,
		      struct tevent_timer *timer,
		      struct timeval time,
		      void *private_data)
{
	struct deadline *deadline = private_data;

	(void)ev;
	(void)timer;
	(void)time;
	deadline->timer = NULL;
}

static struct timeval seconds_to_timeval(double seconds)
{
	time_t whole = (time_t)seconds;

	return (struct timeval){
		.tv_sec = whole,
		.tv_usec = (suseconds_t)((seconds - (double)whole) * 1e6)};
}

static bool set_end(struct deadline *deadline, double seconds)
{
	/* A little later, when the hook finds that the deadline has passed. */
	struct timeval later = seconds_to_timeval(seconds + 0.01);

	TALLOC_FREE(deadline->timer);
	deadline->end = monotonic_seconds() + seconds;
	deadline->timer =
		tevent_add_timer(deadline->ev,
				 deadline,
				 tevent_timeval_current_ofs(later.tv_sec,
							    later.tv_usec),
				 wake_loop,
				 deadline);
	return deadline->timer != NULL;
}

bool deadline_start(struct deadline *deadline, unsigned int seconds)
{
	return set_end(deadline, seconds);
}

bool deadline_passed(const struct deadline *deadline)
{
	return deadline->end != 0 && monotonic_seconds() >= deadline->end;
}

struct timeval deadline_left(const struct deadline *deadline)
{
	double left = deadline->end - monotonic_seconds();

	/* To a socket, 0 means no limit. */
	return seconds_to_timeval(left > 0.001 ? left : 0.001);
}

void deadline_pause(struct deadline *deadline)
{
	TALLOC_FREE(deadline->timer);
	deadline->seconds_left = deadline->end - monotonic_seconds();
	deadline->end = 0;
}

bool deadline_resume(struct deadline *deadline)
{
	return set_end(deadline, deadline->seconds_left);
}
