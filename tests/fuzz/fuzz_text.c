/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes source/common/text.c: no text can forge, hide or break a log line. */

#include "replace.h"

#include "fuzz.h"

#include <locale.h>

#include "source/common/text.h"

/* The smallest buffer that text_escape() accepts. */
#define SIZE_MIN 8

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;

	assert(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
	return 0;
}

/* Line ends and direction marks, which can forge and hide lines. */
static bool is_treacherous(wchar_t character)
{
	return fuzz_is_control(character) ||
	       (character >= 0x200b && character <= 0x200f) ||
	       (character >= 0x2028 && character <= 0x202e) ||
	       (character >= 0x2066 && character <= 0x2069);
}

static void check_harmless(const char *escaped)
{
	wchar_t character;
	int len;

	while ((len = fuzz_character(escaped, &character)) != 0) {
		assert(len > 0);
		assert(character != '"');
		assert(!is_treacherous(character));
		if (character == '\\') {
			escaped++;
			assert(strchr("\"\\x", *escaped) != NULL);
			assert(*escaped != '\0');
		}
		escaped += len;
	}
}

/* Undo the escapes, in place: it only gets shorter. */
static void unescape(char *text)
{
	char *out = text;

	while (*text != '\0') {
		if (*text != '\\') {
			*out++ = *text++;
		} else if (text[1] == 'x') {
			char digits[] = {text[2], text[3], '\0'};

			*out++ = (char)strtoul(digits, NULL, 16);
			text += 4;
		} else {
			*out++ = text[1];
			text += 2;
		}
	}
	*out = '\0';
}

static char *escape(const char *text, size_t size)
{
	char *out = malloc(size);

	assert(out != NULL);
	assert(text_escape(text, out, size) == out);
	assert(strnlen(out, size) < size);
	check_harmless(out);
	return out;
}

static void check_escape(const char *text, size_t size)
{
	char *whole = escape(text, 4 * strlen(text) + SIZE_MIN);
	char *cut = escape(text, size);

	if (strlen(whole) < size) {
		assert(strcmp(cut, whole) == 0);
	} else {
		size_t kept = strlen(cut) - strlen("...");

		assert(strcmp(cut + kept, "...") == 0);
		assert(strncmp(cut, whole, kept) == 0);
	}
	unescape(whole);
	assert(strcmp(whole, text) == 0);
	free(whole);
	free(cut);
}

static bool holds_control(const char *text)
{
	wchar_t character;
	int len;

	while ((len = fuzz_character(text, &character)) > 0) {
		if (fuzz_is_control(character)) {
			return true;
		}
		text += len;
	}
	return false;
}

/* The input's first byte adds to the size of the buffer. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = NULL;

	if (size == 0) {
		return 0;
	}
	fuzz_cut(data + 1, size - 1, &text, 1);
	check_escape(text, SIZE_MIN + data[0]);
	if (fuzz_is_utf8(text)) {
		assert(text_has_control(text) == holds_control(text));
	}
	fuzz_free(&text, 1);
	return 0;
}
