/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes source/common/client_address.c: an address that is written in
 * another form stays the same.
 */

#include "fuzz.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "source/common/client_address.h"

#define TEXT_LEN (2 * INET6_ADDRSTRLEN + CLIENT_ZONE_LEN)

static bool is_same(const struct client_address *a,
		    const struct client_address *b)
{
	return memcmp(&a->ip, &b->ip, sizeof(a->ip)) == 0 &&
	       strcmp(a->zone, b->zone) == 0;
}

/* As inet_ntop() does, with text before and after it. */
static void write_address(const struct client_address *address,
			  const char *before,
			  const char *after,
			  char text[TEXT_LEN])
{
	char ip[INET6_ADDRSTRLEN];
	int len;

	assert(inet_ntop(AF_INET6, &address->ip, ip, sizeof(ip)) != NULL);
	len = snprintf(text,
		       TEXT_LEN,
		       "%s%s%s%s%s",
		       before,
		       ip,
		       address->zone[0] != '\0' ? "%" : "",
		       address->zone,
		       after);
	assert(len > 0 && len < TEXT_LEN);
}

static void check_rewritten(const struct client_address *address)
{
	struct client_address again;
	char text[TEXT_LEN];

	write_address(address, "[", "]", text);
	assert(client_address_parse(text, &again));
	assert(is_same(address, &again));

	write_address(address, "ipv6:", ":445", text);
	assert(client_address_parse_channel(text, &again));
	assert(is_same(address, &again));
}

/* IPv4 is kept in its mapped form. */
static void check_ipv4(const char *text, const struct client_address *address)
{
	struct in_addr in;

	if (inet_pton(AF_INET, text, &in) == 1) {
		assert(IN6_IS_ADDR_V4MAPPED(&address->ip));
		assert(memcmp(&address->ip.s6_addr[12], &in, sizeof(in)) == 0);
		assert(address->zone[0] == '\0');
	}
}

static void check_parsed(const struct client_address *address)
{
	assert(memchr(address->zone, '\0', sizeof(address->zone)) != NULL);
	assert(client_address_equal(address, address));
	check_rewritten(address);
}

static void check_equal(const struct client_address *a,
			const struct client_address *b)
{
	struct client_address without_zone = *a;

	assert(client_address_equal(a, b) == client_address_equal(b, a));
	assert(!is_same(a, b) || client_address_equal(a, b));

	without_zone.zone[0] = '\0';
	assert(client_address_equal(a, &without_zone));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct client_address asked;
	struct client_address recorded;
	char *texts[2];
	bool has_asked;
	bool has_recorded;

	fuzz_cut(data, size, texts, 2);
	has_asked = client_address_parse(texts[0], &asked);
	has_recorded = client_address_parse_channel(texts[1] != NULL ? texts[1]
								     : texts[0],
						    &recorded);
	if (has_asked) {
		check_ipv4(texts[0], &asked);
		check_parsed(&asked);
	}
	if (has_recorded) {
		check_parsed(&recorded);
	}
	if (has_asked && has_recorded) {
		check_equal(&asked, &recorded);
	}
	fuzz_free(texts, 2);
	return 0;
}
