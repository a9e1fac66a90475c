/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/smbsession/screen.c: what the terminal gets. */

#include "tests/unit/table.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "source/smbsession/screen.h"

struct shown {
	const char *name;
	const char *text;
	const char *utf8;
	const char *c;
};

static const struct shown texts[] = {
	{"plain", "DOM\\alice", "DOM\\alice", "DOM\\alice"},
	{"none", NULL, "", ""},
	{"cyrillic",
	 "\xd0\x9e\xd0\xbb\xd1\x8f",
	 "\xd0\x9e\xd0\xbb\xd1\x8f",
	 "\\xd0\\x9e\\xd0\\xbb\\xd1\\x8f"},
	{"terminal command", "a\033[2J", "a\\x1b[2J", "a\\x1b[2J"},
	{"new line", "a\nb", "a\\x0ab", "a\\x0ab"},
	{"invalid UTF-8", "a\xff", "a\\xff", "a\\xff"},
	{"cut off", "a\xd0", "a\\xd0", "a\\xd0"},
	{"Arabic letter mark", "\xd8\x9c", "\\xd8\\x9c", "\\xd8\\x9c"},
	{"Arabic question mark", "\xd8\x9f", "\xd8\x9f", "\\xd8\\x9f"},
	{"hair space", "\xe2\x80\x8a", "\xe2\x80\x8a", "\\xe2\\x80\\x8a"},
	{"zero width space",
	 "\xe2\x80\x8b",
	 "\\xe2\\x80\\x8b",
	 "\\xe2\\x80\\x8b"},
	{"right-to-left mark",
	 "\xe2\x80\x8f",
	 "\\xe2\\x80\\x8f",
	 "\\xe2\\x80\\x8f"},
	{"hyphen", "\xe2\x80\x90", "\xe2\x80\x90", "\\xe2\\x80\\x90"},
	{"hyphenation point",
	 "\xe2\x80\xa7",
	 "\xe2\x80\xa7",
	 "\\xe2\\x80\\xa7"},
	{"line separator",
	 "\xe2\x80\xa8",
	 "\\xe2\\x80\\xa8",
	 "\\xe2\\x80\\xa8"},
	{"right-to-left override",
	 "\xe2\x80\xae",
	 "\\xe2\\x80\\xae",
	 "\\xe2\\x80\\xae"},
	{"per mille sign", "\xe2\x80\xb0", "\xe2\x80\xb0", "\\xe2\\x80\\xb0"},
	{"word joiner", "\xe2\x81\xa0", "\\xe2\\x81\\xa0", "\\xe2\\x81\\xa0"},
	{"nominal digit shapes",
	 "\xe2\x81\xaf",
	 "\\xe2\\x81\\xaf",
	 "\\xe2\\x81\\xaf"},
	{"byte order mark",
	 "\xef\xbb\xbf",
	 "\\xef\\xbb\\xbf",
	 "\\xef\\xbb\\xbf"},
};

static void assert_shown(const char *locale, const char *text, const char *as)
{
	char *shown = NULL;

	assert_non_null(setlocale(LC_ALL, locale));
	shown = screen_text(text);
	assert_string_equal(shown, as);
	free(shown);
}

static void check_text(void **state)
{
	const struct shown *row = *state;

	assert_shown("C.UTF-8", row->text, row->utf8);
	assert_shown("C", row->text, row->c);
}

struct short_text {
	const char *name;
	const char *text;
	size_t width;
	const char *expected;
};

static const struct short_text short_texts[] = {
	{"fits", "alice", 5, "alice"},
	{"cut", "administrators", 8, "admin..."},
	{"cut in UTF-8",
	 "\xd0\x9e\xd0\xbb\xd1\x8c\xd0\xb3\xd0\xb0",
	 4,
	 "\xd0\x9e..."},
	{"wide", "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2", 5, "\xe6\xbc\xa2..."},
};

static void check_short(void **state)
{
	const struct short_text *row = *state;
	char text[64];

	assert_non_null(setlocale(LC_ALL, "C.UTF-8"));
	(void)snprintf(text, sizeof(text), "%s", row->text);
	screen_shorten(text, row->width);
	assert_string_equal(text, row->expected);
	assert_true(screen_width(text) <= row->width);
}

int main(void)
{
	struct table table = {.count = 0};

	TABLE_ADD(&table, texts, check_text);
	TABLE_ADD(&table, short_texts, check_short);
	return table_run(&table, "screen");
}
