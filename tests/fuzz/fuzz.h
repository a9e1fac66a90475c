/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What fuzz targets share: fields cut from the input, UTF-8 checks by libc. */

#ifndef SESSIONDEL_TESTS_FUZZ_H
#define SESSIONDEL_TESTS_FUZZ_H

#include <assert.h>
#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* What libFuzzer calls: once at the start, and with every input. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/**
 * Cut the input into strings at its NULs. Each is allocated with its exact
 * size, so that the address sanitizer sees every read beyond its end.
 *
 * @param[in]  data    The input, not NUL-terminated.
 * @param[in]  size    Its bytes.
 * @param[out] fields  For fuzz_free(); NULL where the input has no more.
 * @param[in]  count   How many at most.
 */
static inline void fuzz_cut(const uint8_t *data,
			    size_t size,
			    char *fields[],
			    size_t count)
{
	const char *rest = (const char *)data;
	bool more = true;

	for (size_t i = 0; i < count; i++) {
		size_t len = strnlen(rest, size);

		fields[i] = more ? strndup(rest, len) : NULL;
		assert(!more || fields[i] != NULL);
		more = len < size;
		rest += len + more;
		size -= len + more;
	}
}

static inline void fuzz_free(char *fields[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(fields[i]);
	}
}

/**
 * The character at text, decoded by libc and not by the tested code. The locale
 * must use UTF-8.
 *
 * @return Its bytes, 0 for the terminating NUL, -1 for invalid UTF-8.
 */
static inline int fuzz_character(const char *text, wchar_t *character)
{
	mbstate_t state = {0};
	size_t len = mbrtowc(character, text, strlen(text) + 1, &state);

	if (len > MB_LEN_MAX || (*character >= 0xd800 && *character < 0xe000) ||
	    *character > 0x10ffff) {
		return -1;
	}
	return (int)len;
}

static inline bool fuzz_is_utf8(const char *text)
{
	wchar_t character;
	int len;

	while ((len = fuzz_character(text, &character)) > 0) {
		text += len;
	}
	return len == 0;
}

/* Unicode category Cc */
static inline bool fuzz_is_control(wchar_t character)
{
	return character < 0x20 || (character >= 0x7f && character < 0xa0);
}

/** Swap the case of ASCII letters. */
static inline void fuzz_swap_case(char *text)
{
	for (; *text != '\0'; text++) {
		int c = (unsigned char)*text;

		if (c < 0x80 && isalpha(c)) {
			*text = (char)(c ^ 0x20);
		}
	}
}

#endif
