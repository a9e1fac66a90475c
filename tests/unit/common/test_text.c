/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/common/text.c: hostile text, and how logs show it. */

#include "tests/unit/table.h"

#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/common/text.h"

#define SMALLEST 8

struct control_case {
	const char *name;
	const char *text;
	bool has_control;
};

static const struct control_case control_cases[] = {
	{"control: nothing", "", false},
	{"control: letters", "alice", false},
	{"control: blank", "a b", false},
	{"control: first one", "\x01", true},
	{"control: tab", "a\tb", true},
	{"control: newline", "a\nb", true},
	{"control: carriage return", "a\r", true},
	{"control: escape", "\x1b[0m", true},
	{"control: last one below blank", "\x1f", true},
	{"control: tilde", "~", false},
	{"control: delete", "a\x7f", true},
	{"control: first of C1", "\xc2\x80", true},
	{"control: next line of C1", "a\xc2\x85z", true},
	{"control: last of C1", "\xc2\x9f", true},
	{"control: no-break space behind C1", "\xc2\xa0", false},
	{"control: umlaut", "J\u00fcrgen", false},
	{"control: letter whose second byte is like C1", "\u00c5", false},
	{"control: kanji", "\u7530", false},
	{"control: emoji", "\U0001f600", false},
	{"control: behind an emoji", "\U0001f600\n", true},
	{"control: behind a bad byte", "\xff\n", true},
	{"control: behind a cut character", "\xe2\x82\n", true},
	{"control: a cut character at the end", "a\xf0\x9f\x98", false},
	{"control: overlong newline is no character", "\xc0\x8a", false},
	{"control: right-to-left override is a format", "\xe2\x80\xae", false},
};

static void test_has_control(void **state)
{
	const struct control_case *c = *state;

	assert_int_equal(text_has_control(c->text), c->has_control);
}

struct find_case {
	const char *name;
	const char *text;
	char c;
	/* -1: not there */
	int first;
	int last;
};

static const struct find_case find_cases[] = {
	{"find: in nothing", "", '@', -1, -1},
	{"find: not there", "alice", '@', -1, -1},
	{"find: the only one", "a@b", '@', 1, 1},
	{"find: one of two", "@a@", '@', 0, 2},
	{"find: a backslash", "D\\a\\b", '\\', 1, 3},
	{"find: behind an umlaut", "J\u00fc@", '@', 3, 3},
	{"find: behind an emoji", "\U0001f600@@", '@', 4, 5},
	{"find: behind a bad byte", "\xff@", '@', 1, 1},
	{"find: never a NUL", "a", '\0', -1, -1},
	{"find: a byte that is no ASCII", "\xc3\xa9", '\xa9', -1, -1},
};

static int offset_in(const char *text, const char *found)
{
	return found != NULL ? (int)(found - text) : -1;
}

static void test_find(void **state)
{
	const struct find_case *c = *state;

	assert_int_equal(offset_in(c->text, text_find_first(c->text, c->c)),
			 c->first);
	assert_int_equal(offset_in(c->text, text_find_last(c->text, c->c)),
			 c->last);
}

struct escape_case {
	const char *name;
	const char *text;
	const char *escaped;
};

static const struct escape_case escape_cases[] = {
	{"NULL is nothing", NULL, ""},
	{"nothing", "", ""},
	{"letters stay", "alice", "alice"},
	{"blanks stay", " a  b ", " a  b "},
	{"printable ASCII stays",
	 "!#$%&'()*+,-./09:;<=>?@AZ[]^_`az{|}~",
	 "!#$%&'()*+,-./09:;<=>?@AZ[]^_`az{|}~"},
	{"format strings stay", "%s%n%x", "%s%n%x"},
	{"umlauts stay", "J\u00fcrgen", "J\u00fcrgen"},
	{"Cyrillic stays",
	 "\u041e\u043b\u044c\u0433\u0430",
	 "\u041e\u043b\u044c\u0433\u0430"},
	{"kanji stay", "\u7530\u4e2d", "\u7530\u4e2d"},
	{"emojis stay", "\U0001f600", "\U0001f600"},
	{"the first of two bytes stays", "\xc2\xa1", "\xc2\xa1"},
	{"the last of two bytes stays", "\xdf\xbf", "\xdf\xbf"},
	{"the first of three bytes stays", "\xe0\xa0\x80", "\xe0\xa0\x80"},
	{"the last before the surrogates stays",
	 "\xed\x9f\xbf",
	 "\xed\x9f\xbf"},
	{"the first behind the surrogates stays",
	 "\xee\x80\x80",
	 "\xee\x80\x80"},
	{"the first of four bytes stays",
	 "\xf0\x90\x80\x80",
	 "\xf0\x90\x80\x80"},
	{"the last of all stays", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},

	{"quote", "a\"b", "a\\\"b"},
	{"backslash", "EXAMPLE\\alice", "EXAMPLE\\\\alice"},
	{"two backslashes", "\\\\ws7", "\\\\\\\\ws7"},
	{"what looks like an escape", "\\x0A", "\\\\x0A"},
	{"newline", "a\nb", "a\\x0Ab"},
	{"carriage return", "\r", "\\x0D"},
	{"tab", "\t", "\\x09"},
	{"terminal escape", "\x1b[2J", "\\x1B[2J"},
	{"first control character", "\x01", "\\x01"},
	{"last control character below blank", "\x1f", "\\x1F"},
	{"delete", "\x7f", "\\x7F"},
	{"first of C1", "\xc2\x80", "\\xC2\\x80"},
	{"CSI of C1", "\xc2\x9b", "\\xC2\\x9B"},
	{"last of C1", "\xc2\x9f", "\\xC2\\x9F"},
	{"soft hyphen", "\u00ad", "\\xC2\\xAD"},
	{"Arabic letter mark", "\u061c", "\\xD8\\x9C"},
	{"Mongolian vowel separator", "\u180e", "\\xE1\\xA0\\x8E"},
	{"zero width space", "\u200b", "\\xE2\\x80\\x8B"},
	{"zero width joiner", "\u200d", "\\xE2\\x80\\x8D"},
	{"left-to-right mark", "\u200e", "\\xE2\\x80\\x8E"},
	{"right-to-left mark", "\u200f", "\\xE2\\x80\\x8F"},
	{"line separator", "\u2028", "\\xE2\\x80\\xA8"},
	{"paragraph separator", "\u2029", "\\xE2\\x80\\xA9"},
	{"left-to-right embedding", "\xe2\x80\xaa", "\\xE2\\x80\\xAA"},
	{"right-to-left embedding", "\xe2\x80\xab", "\\xE2\\x80\\xAB"},
	{"pop of directions", "\xe2\x80\xac", "\\xE2\\x80\\xAC"},
	{"left-to-right override", "\xe2\x80\xad", "\\xE2\\x80\\xAD"},
	{"right-to-left override",
	 "a\xe2\x80\xae"
	 "b",
	 "a\\xE2\\x80\\xAEb"},
	{"word joiner", "\u2060", "\\xE2\\x81\\xA0"},
	{"left-to-right isolate", "\xe2\x81\xa6", "\\xE2\\x81\\xA6"},
	{"right-to-left isolate", "\xe2\x81\xa7", "\\xE2\\x81\\xA7"},
	{"first strong isolate", "\xe2\x81\xa8", "\\xE2\\x81\\xA8"},
	{"pop of isolates", "\xe2\x81\xa9", "\\xE2\\x81\\xA9"},
	{"byte order mark", "\ufeff", "\\xEF\\xBB\\xBF"},
	{"interlinear annotation", "\ufff9", "\\xEF\\xBF\\xB9"},
	{"tag characters", "\U000e0041", "\\xF3\\xA0\\x81\\x81"},

	{"a byte that UTF-8 never has", "\xff", "\\xFF"},
	{"only a continuation byte", "a\x80z", "a\\x80z"},
	{"C1 control as a byte of Latin-1", "\x9b", "\\x9B"},
	{"cut short by the end", "a\xe2\x82", "a\\xE2\\x82"},
	{"cut short by a letter", "\xe2\x82z", "\\xE2\\x82z"},
	{"cut short by a quote", "\xe2\"", "\\xE2\\\""},
	{"cut short by a newline", "\xf0\x9f\n", "\\xF0\\x9F\\x0A"},
	{"cut short by a character", "\xe2\xc3\xbc", "\\xE2\u00fc"},
	{"overlong newline in two bytes", "\xc0\x8a", "\\xC0\\x8A"},
	{"overlong slash in two bytes", "\xc0\xaf", "\\xC0\\xAF"},
	{"overlong letter in two bytes", "\xc1\xa1", "\\xC1\\xA1"},
	{"overlong newline in three bytes", "\xe0\x80\x8a", "\\xE0\\x80\\x8A"},
	{"overlong just below three bytes", "\xe0\x9f\xbf", "\\xE0\\x9F\\xBF"},
	{"overlong newline in four bytes",
	 "\xf0\x80\x80\x8a",
	 "\\xF0\\x80\\x80\\x8A"},
	{"overlong just below four bytes",
	 "\xf0\x8f\xbf\xbf",
	 "\\xF0\\x8F\\xBF\\xBF"},
	{"first surrogate", "\xed\xa0\x80", "\\xED\\xA0\\x80"},
	{"last surrogate", "\xed\xbf\xbf", "\\xED\\xBF\\xBF"},
	{"pair of surrogates",
	 "\xed\xa0\xbd\xed\xb8\x80",
	 "\\xED\\xA0\\xBD\\xED\\xB8\\x80"},
	{"beyond the last character",
	 "\xf4\x90\x80\x80",
	 "\\xF4\\x90\\x80\\x80"},
	{"a first byte of five",
	 "\xf8\x88\x80\x80\x80",
	 "\\xF8\\x88\\x80\\x80\\x80"},
	{"a forged line",
	 "x\" result=0\nOct  1 fs1 sessiondel: caller=\"root",
	 "x\\\" result=0\\x0AOct  1 fs1 sessiondel: caller=\\\"root"},
};

static void test_escape(void **state)
{
	const struct escape_case *c = *state;
	char out[256];

	assert_ptr_equal(text_escape(c->text, out, sizeof(out)), out);
	assert_string_equal(out, c->escaped);
}

struct cut_case {
	const char *name;
	size_t size;
	const char *text;
	const char *escaped;
};

static const struct cut_case cut_cases[] = {
	{"cut: fits to the last byte", 8, "1234567", "1234567"},
	{"cut: one byte too long", 8, "12345678", "1234..."},
	{"cut: far too long", 8, "1234567890123456789", "1234..."},
	{"cut: size of nine", 9, "123456789", "12345..."},
	{"cut: character fits to the last byte",
	 8,
	 "12345\u00fc",
	 "12345\u00fc"},
	{"cut: character one byte too long", 8, "123456\u00fc", "1234..."},
	{"cut: character just before the dots",
	 8,
	 "12\u00fc5678",
	 "12\u00fc..."},
	{"cut: character across the dots", 8, "123\u00fc5678", "123..."},
	{"cut: euro sign across the dots", 8, "12\u20ac678", "12..."},
	{"cut: emoji just before the dots",
	 8,
	 "\U0001f600678x",
	 "\U0001f600..."},
	{"cut: emoji across the dots", 8, "1\U0001f600678", "1..."},
	{"cut: escape fits to the last byte", 8, "123\n", "123\\x0A"},
	{"cut: escape one byte too long", 8, "1234\n", "1234..."},
	{"cut: escape across the dots", 8, "12\n456", "12..."},
	{"cut: escape just before the dots", 8, "\n5678", "\\x0A..."},
	{"cut: quote across the dots", 8, "123\"5678", "123..."},
	{"cut: quote just before the dots", 8, "12\"5678", "12\\\"..."},
	{"cut: backslashes", 8, "\\\\\\\\", "\\\\\\\\..."},
	{"cut: escape of four bytes that never fits", 8, "\U000e0041", "..."},
	{"cut: escape of three bytes that never fits",
	 8,
	 "\xe2\x80\xae",
	 "..."},
	{"cut: escape that never fits, between",
	 8,
	 "ab\xe2\x80\xae"
	 "cd",
	 "ab..."},
	{"cut: nothing in the smallest", 8, "", ""},
};

static void test_cut(void **state)
{
	const struct cut_case *c = *state;
	/* its exact size, for ASan */
	char *out = malloc(c->size);

	assert_non_null(out);
	text_escape(c->text, out, c->size);
	assert_string_equal(out, c->escaped);
	free(out);
}

/* With these pieces, bad texts are more frequent than with random bytes. */
static const char *const pieces[] = {
	"a",
	"\"",
	"\\",
	"\n",
	"\x1b",
	"\u00fc",
	"\u20ac",
	"\U0001f600",
	"\xe2\x80\xae",
	"\xc2\x9b",
	"\xed\xa0\x80",
	"\xc0\x8a",
	"\xf0\x9f",
	"\\x",
	"...",
};

static void random_text(char *text, size_t size)
{
	size_t len = 0;
	size_t end = random() % size;

	text[0] = '\0';
	while (len < end) {
		char byte[2] = {(char)(1 + random() % 255), '\0'};
		const char *piece = byte;

		if (random() % 2 == 0) {
			piece = pieces[(size_t)random() %
				       (sizeof(pieces) / sizeof(pieces[0]))];
		}
		if (len + strlen(piece) >= size) {
			return;
		}
		memcpy(text + len, piece, strlen(piece) + 1);
		len += strlen(piece);
	}
}

static bool in_range(uint32_t code, uint32_t first, uint32_t last)
{
	return code >= first && code <= last;
}

static void assert_harmless(uint32_t code)
{
	assert_true(in_range(code, 0x20, 0x10ffff));
	assert_false(in_range(code, 0x7f, 0x9f));
	assert_false(in_range(code, 0x200b, 0x200f));
	assert_false(in_range(code, 0x2028, 0x202e));
	assert_false(in_range(code, 0x2066, 0x2069));
}

/* glibc's converter refuses invalid UTF-8. */
static void assert_clean(iconv_t utf8, char *text)
{
	char *in = text;
	size_t in_left = strlen(text);

	while (in_left > 0) {
		uint32_t codes[64];
		char *out = (char *)codes;
		size_t out_left = sizeof(codes);
		size_t before = in_left;

		(void)iconv(utf8, &in, &in_left, &out, &out_left);
		assert_int_not_equal(in_left, before);
		for (size_t i = 0; codes + i < (uint32_t *)out; i++) {
			assert_harmless(codes[i]);
		}
	}
}

/* Undo the escapes. Asserts that no quote ends the string early. */
static void unescape(const char *escaped, char *text)
{
	while (*escaped != '\0') {
		unsigned byte = 0;

		assert_int_not_equal(*escaped, '"');
		if (*escaped != '\\') {
			*text++ = *escaped++;
			continue;
		}
		if (escaped[1] == 'x') {
			assert_int_equal(sscanf(escaped, "\\x%2X", &byte), 1);
			*text++ = (char)byte;
			escaped += 4;
			continue;
		}
		assert_true(escaped[1] == '"' || escaped[1] == '\\');
		*text++ = escaped[1];
		escaped += 2;
	}
	*text = '\0';
}

static void test_escape_is_clean_and_loses_nothing(void **state)
{
	iconv_t utf8 = iconv_open("UTF-32LE", "UTF-8");

	(void)state;
	assert_ptr_not_equal(utf8, (iconv_t)-1);
	srandom(1);
	for (int i = 0; i < 20000; i++) {
		char text[100];
		char escaped[4 * sizeof(text)];
		char again[sizeof(escaped)];

		random_text(text, sizeof(text));
		text_escape(text, escaped, sizeof(escaped));
		assert_clean(utf8, escaped);
		unescape(escaped, again);
		assert_string_equal(again, text);
	}
	(void)iconv_close(utf8);
}

/* A cut text must be the beginning of the whole, then three dots. */
static void assert_cut(const char *cut, const char *whole, size_t size)
{
	size_t len = strlen(cut);

	if (strlen(whole) < size) {
		assert_string_equal(cut, whole);
		return;
	}
	assert_true(len >= 3);
	assert_string_equal(cut + len - 3, "...");
	assert_memory_equal(cut, whole, len - 3);
}

static void test_cut_is_clean_at_every_size(void **state)
{
	iconv_t utf8 = iconv_open("UTF-32LE", "UTF-8");

	(void)state;
	assert_ptr_not_equal(utf8, (iconv_t)-1);
	srandom(2);
	for (int i = 0; i < 20000; i++) {
		size_t size = SMALLEST + random() % 60;
		char *out = malloc(size);
		char text[100];
		char whole[4 * sizeof(text)];
		char part[sizeof(whole)];

		assert_non_null(out);
		random_text(text, sizeof(text));
		text_escape(text, whole, sizeof(whole));
		memset(out, 0xff, size);
		text_escape(text, out, size);
		assert_non_null(memchr(out, '\0', size));
		assert_cut(out, whole, size);
		assert_clean(utf8, out);
		unescape(out, part);
		free(out);
	}
	(void)iconv_close(utf8);
}

/* A cut drops no more than it must: the longest piece is 16 bytes. */
static void test_cut_fills_what_there_is(void **state)
{
	(void)state;
	srandom(3);
	for (int i = 0; i < 20000; i++) {
		size_t size = 32 + random() % 60;
		char text[100];
		char out[92];

		random_text(text, sizeof(text));
		text_escape(text, out, size);
		if (strlen(text) >= size) {
			assert_true(strlen(out) >= size - 16 &&
				    strlen(out) < size);
		}
	}
}

static const struct CMUnitTest properties[] = {
	cmocka_unit_test(test_escape_is_clean_and_loses_nothing),
	cmocka_unit_test(test_cut_is_clean_at_every_size),
	cmocka_unit_test(test_cut_fills_what_there_is),
};

int main(void)
{
	struct table table = {.count = 0};

	TABLE_ADD(&table, control_cases, test_has_control);
	TABLE_ADD(&table, find_cases, test_find);
	TABLE_ADD(&table, escape_cases, test_escape);
	TABLE_ADD(&table, cut_cases, test_cut);
	TABLE_ADD_TESTS(&table, properties);
	return table_run(&table, "text");
}
