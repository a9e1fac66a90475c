/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What fuzz targets share: fields cut out of the input, UTF-8 judged anew. */

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
 * Cut the input at its NULs into strings. Each is malloc()ed to its exact
 * size, so that the address sanitizer sees whoever reads on behind it.
 *
 * @param[in]  data    The input, not NUL-terminated.
 * @param[in]  size    Its bytes.
 * @param[out] fields  For fuzz_free(); NULL where the input had no more NULs.
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
 * The character at text, decoded by libc and not by what is tested. The locale
 * must be one of UTF-8.
 *
 * @return Its bytes, 0 for the terminating NUL, -1 for what is no UTF-8.
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

/** Turn the case of ASCII letters around. */
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
