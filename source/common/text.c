/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text from the network: what is in it, and how logs show it. */

#include "replace.h"
#include "text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/util/charset/charset.h"

/* Bytes of the character at text; 0 if it is not valid UTF-8. */
static size_t utf8_decode(const unsigned char *text, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len;

	if (text[0] < 0x80) {
		*code = text[0];
		return 1;
	}
	if (text[0] >= 0xc2 && text[0] <= 0xdf) {
		len = 2;
	} else if (text[0] >= 0xe0 && text[0] <= 0xef) {
		len = 3;
	} else if (text[0] >= 0xf0 && text[0] <= 0xf4) {
		len = 4;
	} else {
		return 0;
	}

	*code = text[0] & (0xff >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((text[i] & 0xc0) != 0x80) {
			return 0;
		}
		*code = *code << 6 | (text[i] & 0x3f);
	}
	if (*code < least[len] || *code > 0x10ffff ||
	    (*code >= 0xd800 && *code <= 0xdfff)) {
		return 0;
	}
	return len;
}

static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

/* Characters that a terminal or a log viewer acts on instead of showing. */
static bool is_format(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{0x00ad, 0x00ad},
		{0x061c, 0x061c},
		{0x180e, 0x180e},
		{0x200b, 0x200f},
		{0x2028, 0x202e},
		{0x2060, 0x206f},
		{0xfeff, 0xfeff},
		{0xfff9, 0xfffb},
		{0xe0000, 0xe007f},
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (code >= ranges[i].first && code <= ranges[i].last) {
			return true;
		}
	}
	return false;
}

bool text_has_control(const char *text)
{
	while (*text != '\0') {
		size_t len = 1;
		codepoint_t code = next_codepoint(text, &len);

		if (code != INVALID_CODEPOINT && is_control(code)) {
			return true;
		}
		text += len;
	}
	return false;
}

static const char *find(const char *text, char c, bool last)
{
	const char *found = NULL;

	while (*text != '\0' && (found == NULL || last)) {
		size_t len = 1;

		if (next_codepoint(text, &len) == (codepoint_t)c) {
			found = text;
		}
		text += len;
	}
	return found;
}

const char *text_find_first(const char *text, char c)
{
	return find(text, c, false);
}

const char *text_find_last(const char *text, char c)
{
	return find(text, c, true);
}

/* Write one character or invalid byte of text as the log shows it. */
static size_t escape_one(const unsigned char *text, char *piece, size_t size)
{
	uint32_t code = 0;
	size_t len = utf8_decode(text, &code);
	char *end = piece;

	if (len == 1 && (code == '"' || code == '\\')) {
		snprintf(piece, size, "\\%c", (int)code);
		return len;
	}
	if (len != 0 && !is_control(code) && !is_format(code)) {
		memcpy(piece, text, len);
		piece[len] = '\0';
		return len;
	}
	len = len != 0 ? len : 1;
	for (size_t i = 0; i < len; i++) {
		end += snprintf(end, size - (end - piece), "\\x%02X", text[i]);
	}
	return len;
}

const char *text_escape(const char *text, char *out, size_t size)
{
	static const char ellipsis[] = "...";
	const unsigned char *p =
		(const unsigned char *)(text != NULL ? text : "");
	size_t used = 0;
	/* how much stays if the ellipsis must follow */
	size_t keep = 0;

	while (*p != '\0') {
		char piece[4 * 4 + 1];
		size_t len;

		p += escape_one(p, piece, sizeof(piece));
		len = strlen(piece);
		if (used + len >= size) {
			memcpy(out + keep, ellipsis, sizeof(ellipsis));
			return out;
		}
		memcpy(out + used, piece, len);
		used += len;
		if (used + sizeof(ellipsis) <= size) {
			keep = used;
		}
	}
	out[used] = '\0';
	return out;
}
