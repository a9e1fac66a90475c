/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/smbsession/duration.c: durations as people write them. */

#include "tests/unit/table.h"

#include "source/smbsession/duration.h"

struct reading {
	const char *name;
	const char *text;
	uint32_t seconds;
};

static const struct reading readings[] = {
	{"seconds", "30", 30},
	{"nothing", "0", 0},
	{"unit", "8h", 8 * 3600},
	{"two units", "1d 2h", 86400 + 2 * 3600},
	{"without a blank", "1d2h", 86400 + 2 * 3600},
	{"words", "1 day 90 minutes", 86400 + 5400},
	{"short words", "2 min 1 sec", 121},
	{"plural of short words", "2mins 3 secs", 123},
	{"blanks around", "  5m ", 300},
	{"weeks", "2w", 14 * 86400},
	{"the most", "4294967294", UINT32_MAX - 1},
};

static const struct reading nonsense[] = {
	{.name = "empty", .text = ""},
	{.name = "blank", .text = " "},
	{.name = "no number", .text = "h"},
	{.name = "word", .text = "soon"},
	{.name = "unknown unit", .text = "3 fortnights"},
	{.name = "months", .text = "2months"},
	{.name = "no unit in the end", .text = "1d 2"},
	{.name = "negative", .text = "-5m"},
	{.name = "fraction", .text = "1.5h"},
	{.name = "more than can be said", .text = "4294967295"},
	{.name = "more than a long", .text = "99999999999999999999s"},
	{.name = "too many days", .text = "50000d"},
	{.name = "a long number without a unit",
	 .text = "000000000000000000007"},
};

static const struct reading writings[] = {
	{"nothing", "0s", 0},
	{"a minute", "1m7s", 67},
	{"whole minutes", "2m", 120},
	{"an hour", "1h", 3600},
	{"seconds are left out", "1h1m", 3661},
	{"an hour and seconds", "1h", 3607},
	{"less than a day", "23h59m", 86399},
	{"a day", "1d", 86400},
	{"days", "5d6h", 5 * 86400 + 6 * 3600 + 7 * 60 + 8},
	{"the most", "49710d6h", UINT32_MAX - 1},
	{"not known", "-", DURATION_UNKNOWN},
};

static void check_reading(void **state)
{
	const struct reading *row = *state;
	uint32_t seconds = 0;

	assert_true(duration_read(row->text, &seconds));
	assert_int_equal(seconds, row->seconds);
}

static void check_nonsense(void **state)
{
	const struct reading *row = *state;
	uint32_t seconds = 0;

	assert_false(duration_read(row->text, &seconds));
}

static void check_writing(void **state)
{
	const struct reading *row = *state;
	char text[24];

	duration_write(row->seconds, text);
	assert_string_equal(text, row->text);
}

int main(void)
{
	struct table table = {.count = 0};

	TABLE_ADD(&table, readings, check_reading);
	TABLE_ADD(&table, nonsense, check_nonsense);
	TABLE_ADD(&table, writings, check_writing);
	return table_run(&table, "duration");
}
