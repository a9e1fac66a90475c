/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names for people to read. */

#include "screen.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

/* \xHH */
#define ESCAPE_LENGTH 4

static bool changes_direction(wchar_t c)
{
	return c == 0x061c || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	       c == 0xfeff;
}

/* Bytes of the first character of text; 0: it must not be shown. */
static size_t showable_length(const char *text)
{
	mbstate_t state = {0};
	wchar_t c = 0;
	size_t length = mbrtowc(&c, text, MB_CUR_MAX, &state);

	if (length == (size_t)-1 || length == (size_t)-2 || length == 0 ||
	    !iswprint((wint_t)c) || changes_direction(c)) {
		return 0;
	}
	return length;
}

char *screen_text(const char *text)
{
	char *shown = NULL;
	size_t used = 0;

	text = text != NULL ? text : "";
	shown = malloc(strlen(text) * ESCAPE_LENGTH + 1);
	if (shown == NULL) {
		return NULL;
	}
	while (*text != '\0') {
		size_t length = showable_length(text);

		if (length > 0) {
			memcpy(shown + used, text, length);
			used += length;
			text += length;
		} else {
			used += (size_t)snprintf(shown + used,
						 ESCAPE_LENGTH + 1,
						 "\\x%02x",
						 (unsigned char)*text);
			text++;
		}
	}
	shown[used] = '\0';
	return shown;
}

/* Bytes of text that fit into this many columns, and how wide they are. */
static size_t fitting_length(const char *text, size_t columns, size_t *width)
{
	size_t at = 0;

	*width = 0;
	while (text[at] != '\0') {
		mbstate_t state = {0};
		wchar_t c = 0;
		size_t length = mbrtowc(&c, text + at, MB_CUR_MAX, &state);
		int wide = wcwidth(c);

		if (length == (size_t)-1 || length == (size_t)-2) {
			break;
		}
		if (wide > 0 && *width + (size_t)wide > columns) {
			break;
		}
		*width += wide > 0 ? (size_t)wide : 0;
		at += length;
	}
	return at;
}

size_t screen_width(const char *text)
{
	size_t width = 0;

	(void)fitting_length(text, SIZE_MAX, &width);
	return width;
}

void screen_shorten(char *text, size_t width)
{
	size_t kept = 0;

	if (screen_width(text) <= width) {
		return;
	}
	/* There is room: three columns of text are at least three bytes. */
	memcpy(text + fitting_length(text, width - 3, &kept), "...", 4);
}
