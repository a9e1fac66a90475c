/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rule out session records by their bytes, without decoding them. */

#include "source/common/samba_types.h"

#include "session_prefilter.h"

#include <endian.h>

#include "lib/util/charset/charset.h"
#include "librpc/ndr/libndr.h"

/*
 * NDR aligns each string of a record to four bytes and writes it as
 *
 *     size (4)  offset (4), always 0  length (4)  length bytes of UTF-8
 *
 * where length is at most size and the last byte is NUL. Everything that looks
 * like this is treated as a string, so no name is missed, and the layout of the
 * record does not matter.
 */
#define STRING_ALIGN 4
#define STRING_HEADER 12

/* One byte and the NUL: no name is empty. */
#define LENGTH_MIN 2

struct raw_string {
	const char *text;
	size_t length;
};

static uint32_t word_at(const uint8_t *bytes)
{
	uint32_t word;

	memcpy(&word, bytes, sizeof(word));
	return le32toh(word);
}

/* Two words as one number, with the first in the upper half. */
static uint64_t words_at(const uint8_t *bytes)
{
	uint64_t words;

	memcpy(&words, bytes, sizeof(words));
	words = le64toh(words);
	return words << 32 | words >> 32;
}

/*
 * Does a string begin here, after its header? Offset and length are compared
 * as one number: the offset is 0, so this rules out most positions at once.
 */
static bool is_string(TDB_DATA record, size_t at, struct raw_string *string)
{
	const uint8_t *bytes = record.dptr + at;
	const uint64_t length = words_at(bytes - 8);

	if (length - LENGTH_MIN > record.dsize - at - LENGTH_MIN ||
	    length > word_at(bytes - 12) || bytes[length - 1] != '\0') {
		return false;
	}
	*string = (struct raw_string){
		.text = (const char *)bytes,
		.length = length,
	};
	return true;
}

/*
 * at is the position of the previous string, 0 at first. Returns the position
 * of the next one, 0 if there is none.
 */
static size_t next_string(TDB_DATA record, size_t at, struct raw_string *string)
{
	at = at != 0 ? at + STRING_ALIGN : STRING_HEADER;
	for (; at + LENGTH_MIN <= record.dsize; at += STRING_ALIGN) {
		if (is_string(record, at, string)) {
			return at;
		}
	}
	return 0;
}

static bool is_ascii(char c)
{
	return c != '\0' && (unsigned char)c < 0x80;
}

/*
 * Is this the same character in every "unix charset"? Japanese ones replace
 * these two ASCII characters.
 */
static bool is_plain(char c)
{
	return is_ascii(c) && c != '\\' && c != '~';
}

static bool is_plain_text(const char *text)
{
	while (is_plain(*text)) {
		text++;
	}
	return *text == '\0';
}

/* Upper and lower case of an ASCII letter differ in this bit only. */
static bool differ_beyond_case(char a, char b)
{
	return ((a ^ b) & ~0x20) != 0;
}

/*
 * Is the text certainly neither the name nor the name followed by a dot? Only
 * ASCII characters are compared: others may be equal when case is ignored.
 */
static bool is_another(const char *name, const char *text)
{
	while (is_plain(*name) && is_ascii(*text)) {
		if (differ_beyond_case(*name, *text)) {
			return true;
		}
		name++;
		text++;
	}
	if (*name == '\0') {
		return is_plain(*text) && *text != '.';
	}
	return *text == '\0';
}

/*
 * Ask a filter about a string, converted as the decoder would. The decoder
 * rejects a record with a string that cannot be converted, so such a string
 * matches nothing.
 */
static bool filter_may_mean(bool (*may_mean)(const void *filter,
					     const char *text),
			    const void *filter,
			    const struct raw_string *string)
{
	char *text = NULL;
	bool answer;

	if (is_plain_text(string->text)) {
		return may_mean(filter, string->text);
	}
	if (!convert_string_talloc(NULL,
				   CH_UTF8,
				   CH_UNIX,
				   string->text,
				   string->length,
				   &text,
				   NULL)) {
		return errno != EILSEQ && errno != EINVAL;
	}
	answer = may_mean(filter, text);
	talloc_free(text);
	return answer;
}

static bool is_other_user(const struct user_filter *filter, const char *text)
{
	return is_another(filter->whole, text) &&
	       (filter->domain_account == NULL ||
		is_another(filter->domain_account, text)) &&
	       (filter->realm_account == NULL ||
		is_another(filter->realm_account, text));
}

static bool may_mean_user(const void *filter, const char *text)
{
	return user_filter_may_mean(filter, text);
}

bool session_prefilter_user(const struct user_filter *filter, TDB_DATA record)
{
	struct raw_string string;
	size_t at = 0;

	if (filter->whole == NULL) {
		return true;
	}
	while ((at = next_string(record, at, &string)) != 0) {
		if (!is_other_user(filter, string.text) &&
		    filter_may_mean(may_mean_user, filter, &string)) {
			return true;
		}
	}
	return false;
}

static bool may_mean_client(const void *private_data, const char *text)
{
	const struct client_filter *filter = private_data;

	return client_filter_means_channel(filter, text) ||
	       (!is_another(filter->name, text) &&
		client_filter_means_name(filter, text));
}

bool session_prefilter_client(const struct client_filter *filter,
			      TDB_DATA record)
{
	struct raw_string string;
	size_t at = 0;

	if (filter->name == NULL) {
		return true;
	}
	while ((at = next_string(record, at, &string)) != 0) {
		bool is_other = is_another(filter->name, string.text) &&
				!client_address_is_channel(string.text);

		if (!is_other &&
		    filter_may_mean(may_mean_client, filter, &string)) {
			return true;
		}
	}
	return false;
}
