/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/module/rate.c: a flood is counted, not written. */

#include "tests/unit/table.h"

#include <stdio.h>

#include "source/module/rate.h"

/* Try to write so many lines in one second. Returns how many were allowed. */
static unsigned count_allowed(struct rate *rate, unsigned lines, time_t now)
{
	unsigned allowed = 0;

	for (unsigned i = 0; i < lines; i++) {
		allowed += rate_allows(rate, now) ? 1 : 0;
	}
	return allowed;
}

static void test_a_window_holds_its_lines(void **state)
{
	struct rate rate = {.written = 0};

	(void)state;
	assert_int_equal(count_allowed(&rate, RATE_LINES, 1000), RATE_LINES);
	assert_int_equal(rate_take_dropped(&rate), 0);
}

static void test_a_line_more_is_dropped(void **state)
{
	struct rate rate = {.written = 0};

	(void)state;
	assert_int_equal(count_allowed(&rate, RATE_LINES + 1, 1000),
			 RATE_LINES);
	assert_int_equal(rate_take_dropped(&rate), 1);
}

static void test_a_flood_is_counted(void **state)
{
	struct rate rate = {.written = 0};

	(void)state;
	assert_int_equal(count_allowed(&rate, 100000, 1000), RATE_LINES);
	assert_int_equal(rate_take_dropped(&rate), 100000 - RATE_LINES);
}

static void test_dropped_lines_are_reported_once(void **state)
{
	struct rate rate = {.written = 0};

	(void)state;
	count_allowed(&rate, RATE_LINES + 3, 1000);
	assert_int_equal(rate_take_dropped(&rate), 3);
	assert_int_equal(rate_take_dropped(&rate), 0);
	count_allowed(&rate, 2, 1000);
	assert_int_equal(rate_take_dropped(&rate), 2);
}

static void test_reporting_opens_no_window(void **state)
{
	struct rate rate = {.written = 0};

	(void)state;
	count_allowed(&rate, RATE_LINES + 1, 1000);
	rate_take_dropped(&rate);
	assert_int_equal(count_allowed(&rate, 1, 1000), 0);
}

static void test_a_window_lasts_to_its_end(void **state)
{
	struct rate rate = {.written = 0};

	(void)state;
	count_allowed(&rate, RATE_LINES, 1000);
	assert_int_equal(count_allowed(&rate, 1, 1000 + RATE_WINDOW - 1), 0);
	assert_int_equal(count_allowed(&rate, 1, 1000 + RATE_WINDOW), 1);
}

static void test_a_window_counts_from_its_first_line(void **state)
{
	struct rate rate = {.written = 0};
	const time_t last = 1000 + RATE_WINDOW - 1;

	(void)state;
	count_allowed(&rate, 1, 1000);
	assert_int_equal(count_allowed(&rate, RATE_LINES, last),
			 RATE_LINES - 1);
	assert_int_equal(count_allowed(&rate, RATE_LINES + 1, last + 1),
			 RATE_LINES);
}

static void test_a_new_window_keeps_what_was_dropped(void **state)
{
	struct rate rate = {.written = 0};

	(void)state;
	count_allowed(&rate, RATE_LINES + 5, 1000);
	count_allowed(&rate, RATE_LINES + 2, 1000 + RATE_WINDOW);
	assert_int_equal(rate_take_dropped(&rate), 7);
}

static void test_dropped_lines_lengthen_no_window(void **state)
{
	struct rate rate = {.written = 0};
	unsigned allowed = 0;

	(void)state;
	for (time_t now = 0; now < 6L * RATE_WINDOW; now++) {
		allowed += count_allowed(&rate, 50, now);
	}
	assert_int_equal(allowed, 6 * RATE_LINES);
	assert_int_equal(rate_take_dropped(&rate),
			 6 * (50 * RATE_WINDOW - RATE_LINES));
}

static void test_slow_callers_are_never_dropped(void **state)
{
	struct rate rate = {.written = 0};

	(void)state;
	for (time_t i = 0; i < 1000; i++) {
		assert_true(rate_allows(&rate, i * RATE_WINDOW / RATE_LINES));
	}
}

static void test_a_clock_may_begin_at_zero(void **state)
{
	struct rate rate = {.written = 0};

	(void)state;
	assert_int_equal(count_allowed(&rate, RATE_LINES + 1, 0), RATE_LINES);
}

static unsigned ask_as(struct rates *rates,
		       const char *caller,
		       unsigned lines,
		       time_t now)
{
	unsigned allowed = 0;

	for (unsigned i = 0; i < lines; i++) {
		allowed += rates_allow(rates, caller, now) ? 1 : 0;
	}
	return allowed;
}

static void test_flood_of_one_caller_hides_no_other(void **state)
{
	struct rates rates = {.others = {.written = 0}};

	(void)state;
	assert_int_equal(ask_as(&rates, "flood", 1000, 7), RATE_LINES);
	assert_int_equal(ask_as(&rates, "other", 3, 7), 3);
	assert_int_equal(rates_take_dropped(&rates), 1000 - RATE_LINES);
}

/* Flood as that many callers. Returns how many lines were allowed. */
static unsigned flood_as_many(struct rates *rates, int callers, time_t now)
{
	unsigned allowed = 0;

	for (int i = 0; i < callers; i++) {
		char name[32];

		snprintf(name, sizeof(name), "caller %d", i);
		allowed += ask_as(rates, name, RATE_LINES + 1, now);
	}
	return allowed;
}

static void test_many_callers_are_bounded(void **state)
{
	struct rates rates = {.others = {.written = 0}};
	const int callers = 10 * RATES_CALLERS;
	const unsigned allowed = flood_as_many(&rates, callers, 7);

	(void)state;
	assert_int_equal(allowed, (RATES_CALLERS + 1) * RATE_LINES);
	assert_int_equal(rates_take_dropped(&rates),
			 callers * (RATE_LINES + 1) - allowed);
}

static void test_caller_gives_way_when_its_window_is_over(void **state)
{
	struct rates rates = {.others = {.written = 0}};

	(void)state;
	flood_as_many(&rates, RATES_CALLERS, 7);
	assert_int_equal(ask_as(&rates, "late", 2, 7 + RATE_WINDOW), 2);
	assert_int_equal(rates_take_dropped(&rates), RATES_CALLERS);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_a_window_holds_its_lines),
	cmocka_unit_test(test_a_line_more_is_dropped),
	cmocka_unit_test(test_a_flood_is_counted),
	cmocka_unit_test(test_dropped_lines_are_reported_once),
	cmocka_unit_test(test_reporting_opens_no_window),
	cmocka_unit_test(test_a_window_lasts_to_its_end),
	cmocka_unit_test(test_a_window_counts_from_its_first_line),
	cmocka_unit_test(test_a_new_window_keeps_what_was_dropped),
	cmocka_unit_test(test_dropped_lines_lengthen_no_window),
	cmocka_unit_test(test_slow_callers_are_never_dropped),
	cmocka_unit_test(test_a_clock_may_begin_at_zero),
	cmocka_unit_test(test_flood_of_one_caller_hides_no_other),
	cmocka_unit_test(test_many_callers_are_bounded),
	cmocka_unit_test(test_caller_gives_way_when_its_window_is_over),
};

int main(void)
{
	return cmocka_run_group_tests_name("rate", tests, NULL, NULL);
}
