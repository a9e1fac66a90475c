/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes source/session/match/client_filter.c: a recorded name or address
 * matches itself.
 */

#include "replace.h"

#include "fuzz.h"

#include <stdio.h>

#include "source/session/match/client_filter.h"

enum { ASKED, RECORDED_ADDRESS, RECORDED_NAME, NUM_FIELDS };

static bool has_prefix(const char *name)
{
	return strncmp(name, "\\\\", 2) == 0;
}

/* The leading backslashes make no difference (docs/spec.md#arguments). */
static void check_prefix(const char *name,
			 bool parsed,
			 const struct client_filter *filter)
{
	struct client_filter with_prefix;
	char *text = NULL;

	if (name[0] == '\0' || has_prefix(name)) {
		return;
	}
	assert(asprintf(&text, "\\\\%s", name) != -1);
	assert(client_filter_parse(text, &with_prefix) == parsed);
	if (parsed) {
		assert(strcmp(with_prefix.name, filter->name) == 0);
		assert(with_prefix.is_address == filter->is_address);
	}
	free(text);
}

/* The case of zones matters, that of names does not. */
static void check_case(const char *name,
		       const struct client_filter *filter,
		       const char *address,
		       const char *recorded)
{
	struct client_filter other;
	char *swapped = strdup(name);

	assert(swapped != NULL);
	fuzz_swap_case(swapped);
	assert(client_filter_parse(swapped, &other));
	if (!filter->is_address) {
		assert(!other.is_address);
		assert(client_filter_matches(filter, address, recorded) ==
		       client_filter_matches(&other, address, recorded));
	}
	free(swapped);
}

static void check_recorded_name(const char *recorded)
{
	struct client_filter filter;

	if (!has_prefix(recorded) && client_filter_parse(recorded, &filter)) {
		assert(client_filter_matches(&filter, "", recorded));
		assert(recorded[0] == '\0' || filter.name != NULL);
	}
}

/* The form that an administrator would copy from the record. */
static void check_recorded_address(const char *recorded)
{
	struct client_address address;
	struct client_filter filter;
	const char *host = recorded + strlen("ipv4:");
	bool is_ipv6;
	char *text = NULL;

	if (!client_address_parse_channel(recorded, &address)) {
		return;
	}
	is_ipv6 = memchr(host, ':', strrchr(host, ':') - host) != NULL;
	assert(asprintf(&text,
			"%s%.*s%s",
			is_ipv6 ? "[" : "",
			(int)(strrchr(host, ':') - host),
			host,
			is_ipv6 ? "]" : "") != -1);
	if (client_filter_parse(text, &filter)) {
		assert(filter.is_address);
		assert(client_filter_matches(&filter, recorded, ""));
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct client_filter filter;
	char *fields[NUM_FIELDS];
	const char *address = NULL;
	const char *name = NULL;
	bool parsed;

	fuzz_cut(data, size, fields, NUM_FIELDS);
	/* there are no NULLs in the session table */
	address = fields[RECORDED_ADDRESS] != NULL ? fields[RECORDED_ADDRESS]
						   : "";
	name = fields[RECORDED_NAME] != NULL ? fields[RECORDED_NAME] : "";

	parsed = client_filter_parse(fields[ASKED], &filter);
	check_prefix(fields[ASKED], parsed, &filter);
	if (parsed) {
		assert((filter.name == NULL) == (fields[ASKED][0] == '\0'));
		check_case(fields[ASKED], &filter, address, name);
	}
	check_recorded_name(name);
	check_recorded_address(address);

	fuzz_free(fields, NUM_FIELDS);
	return 0;
}
