/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/common/client_address.c: all forms of an address. */

#include "tests/unit/table.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/common/client_address.h"

#define ZONE_31 "abcdefghijklmnopqrstuvwxyz01234"

#define LONGEST_IPV6 "2001:0db8:0000:0000:0000:0000:255.255.255.255"

struct parse_case {
	const char *name;
	const char *text;
	/* as IPv6, NULL if text is not an address */
	const char *ip;
	const char *zone;
};

static const struct parse_case parse_cases[] = {
	{"IPv4", "10.0.0.7", "::ffff:10.0.0.7", ""},
	{"IPv4, all bits", "255.255.255.255", "::ffff:255.255.255.255", ""},
	{"IPv4 in its mapped form", "::ffff:10.0.0.7", "::ffff:10.0.0.7", ""},
	{"IPv4 mapped, in hex", "::ffff:a00:7", "::ffff:10.0.0.7", ""},
	{"IPv4-compatible is not mapped", "::10.0.0.7", "::a00:7", ""},
	{"IPv6", "2001:db8::7", "2001:db8::7", ""},
	{"IPv6 in full",
	 "2001:0db8:0000:0000:0000:0000:0000:0007",
	 "2001:db8::7",
	 ""},
	{"IPv6 in upper case", "2001:DB8::ABCD", "2001:db8::abcd", ""},
	{"IPv6 compressed elsewhere", "2001:db8:0:0::7", "2001:db8::7", ""},
	{"IPv6 loopback", "::1", "::1", ""},
	{"IPv6 unspecified", "::", "::", ""},
	{"IPv6 with a dotted end", "64:ff9b::10.0.0.7", "64:ff9b::a00:7", ""},
	{"IPv6 in brackets", "[2001:db8::7]", "2001:db8::7", ""},
	{"mapped in brackets", "[::ffff:10.0.0.7]", "::ffff:10.0.0.7", ""},
	{"zone by name", "fe80::1%eth0", "fe80::1", "eth0"},
	{"zone by number", "fe80::1%2", "fe80::1", "2"},
	{"zone in brackets", "[fe80::1%eth0]", "fe80::1", "eth0"},
	{"zone of 31 characters", "fe80::1%" ZONE_31, "fe80::1", ZONE_31},
	{"the longest address and zone",
	 LONGEST_IPV6 "%" ZONE_31,
	 "2001:db8::ffff:ffff",
	 ZONE_31},
	{"the longest in brackets",
	 "[" LONGEST_IPV6 "%" ZONE_31 "]",
	 "2001:db8::ffff:ffff",
	 ZONE_31},
	{"the longest as a literal",
	 "2001-0db8-0000-0000-0000-0000-255.255.255.255s" ZONE_31
	 ".ipv6-literal.net",
	 "2001:db8::ffff:ffff",
	 ZONE_31},
	{"literal", "2001-db8--7.ipv6-literal.net", "2001:db8::7", ""},
	{"literal in upper case",
	 "2001-DB8--ABCD.IPV6-LITERAL.NET",
	 "2001:db8::abcd",
	 ""},
	{"literal in mixed case",
	 "2001-db8--7.Ipv6-Literal.Net",
	 "2001:db8::7",
	 ""},
	{"literal of the loopback", "--1.ipv6-literal.net", "::1", ""},
	{"literal with a zone", "fe80--1s4.ipv6-literal.net", "fe80::1", "4"},
	{"literal with an upper case zone mark",
	 "FE80--1S4.ipv6-literal.net",
	 "fe80::1",
	 "4"},
	{"literal with a zone that has s and -",
	 "fe80--1sens-s1.ipv6-literal.net",
	 "fe80::1",
	 "ens-s1"},

	{"nothing", "", NULL, NULL},
	{"a name", "fs7", NULL, NULL},
	{"a name of hex digits", "cafe", NULL, NULL},
	{"an FQDN", "fs7.example.com", NULL, NULL},
	{"a number", "10", NULL, NULL},
	{"IPv4 as one number", "167772167", NULL, NULL},
	{"IPv4 of three parts", "10.0.7", NULL, NULL},
	{"IPv4 of five parts", "10.0.0.0.7", NULL, NULL},
	{"IPv4 part over 255", "10.0.0.256", NULL, NULL},
	{"IPv4 part in octal", "010.0.0.7", NULL, NULL},
	{"IPv4 part in hex", "0xa.0.0.7", NULL, NULL},
	{"IPv4 with a port", "10.0.0.7:445", NULL, NULL},
	{"IPv4 with a zone", "10.0.0.7%eth0", NULL, NULL},
	{"IPv4 in brackets", "[10.0.0.7]", NULL, NULL},
	{"IPv4 with a mask", "10.0.0.7/8", NULL, NULL},
	{"space before", " 10.0.0.7", NULL, NULL},
	{"space after", "10.0.0.7 ", NULL, NULL},
	{"IPv6 with a prefix length", "2001:db8::7/64", NULL, NULL},
	{"IPv6 of nine parts", "1:2:3:4:5:6:7:8:9", NULL, NULL},
	{"IPv6 of seven parts", "1:2:3:4:5:6:7", NULL, NULL},
	{"IPv6 compressed twice", "2001::db8::7", NULL, NULL},
	{"IPv6 part of five digits", "2001:00db8::7", NULL, NULL},
	{"three colons", ":::", NULL, NULL},
	{"bracket not closed", "[2001:db8::7", NULL, NULL},
	{"bracket not opened", "2001:db8::7]", NULL, NULL},
	{"brackets with a port", "[2001:db8::7]:445", NULL, NULL},
	{"empty brackets", "[]", NULL, NULL},
	{"an opening bracket", "[", NULL, NULL},
	{"a closing bracket", "]", NULL, NULL},
	{"brackets twice", "[[2001:db8::7]]", NULL, NULL},
	{"empty zone", "fe80::1%", NULL, NULL},
	{"only a zone", "%eth0", NULL, NULL},
	{"zone of 32 characters", "fe80::1%" ZONE_31 "x", NULL, NULL},
	{"only the literal suffix", ".ipv6-literal.net", NULL, NULL},
	{"the literal domain", "ipv6-literal.net", NULL, NULL},
	{"literal of IPv4", "10.0.0.7.ipv6-literal.net", NULL, NULL},
	{"literal of IPv4 with dashes",
	 "10-0-0-7.ipv6-literal.net",
	 NULL,
	 NULL},
	{"literal with an empty zone", "fe80--1s.ipv6-literal.net", NULL, NULL},
	{"literal of a name", "fs7.ipv6-literal.net", NULL, NULL},
	{"literal suffix not at the end",
	 "2001-db8--7.ipv6-literal.net.x",
	 NULL,
	 NULL},
	{"dashes without the literal suffix", "2001-db8--7", NULL, NULL},
	{"literal in brackets", "[2001-db8--7.ipv6-literal.net]", NULL, NULL},
	{"longer than any address",
	 LONGEST_IPV6 LONGEST_IPV6 LONGEST_IPV6,
	 NULL,
	 NULL},
};

static void assert_address(const struct client_address *address,
			   const char *ip,
			   const char *zone)
{
	struct in6_addr wanted;

	assert_int_equal(inet_pton(AF_INET6, ip, &wanted), 1);
	assert_memory_equal(&address->ip, &wanted, sizeof(wanted));
	assert_string_equal(address->zone, zone);
}

static void test_parse(void **state)
{
	const struct parse_case *c = *state;
	struct client_address address;
	bool parsed = client_address_parse(c->text, &address);

	assert_int_equal(parsed, c->ip != NULL);
	if (parsed) {
		assert_address(&address, c->ip, c->zone);
	}
}

static const struct parse_case channel_cases[] = {
	{"channel over IPv4", "ipv4:10.0.0.7:49152", "::ffff:10.0.0.7", ""},
	{"channel over IPv6", "ipv6:2001:db8::7:445", "2001:db8::7", ""},
	{"channel over IPv6, short", "ipv6:::1:445", "::1", ""},
	{"channel over mapped IPv4",
	 "ipv6:::ffff:10.0.0.7:445",
	 "::ffff:10.0.0.7",
	 ""},
	{"channel with a zone", "ipv6:fe80::1%eth0:445", "fe80::1", "eth0"},
	{"channel with the longest address",
	 "ipv6:" LONGEST_IPV6 "%" ZONE_31 ":65535",
	 "2001:db8::ffff:ffff",
	 ZONE_31},
	{"channel on a socket", "unix:/run/samba/x", NULL, NULL},
	{"channel on a socket named like IPv4",
	 "unix:10.0.0.7:445",
	 NULL,
	 NULL},
	{"channel without a family", "10.0.0.7:445", NULL, NULL},
	{"channel without a port", "ipv4:10.0.0.7", NULL, NULL},
	{"channel without an address", "ipv4::445", NULL, NULL},
	{"channel of only a family", "ipv4:", NULL, NULL},
	{"channel of a colon", ":", NULL, NULL},
	{"channel of nothing", "", NULL, NULL},
	{"channel of a name", "ipv4:fs7:445", NULL, NULL},
	{"channel longer than any address",
	 "ipv6:" LONGEST_IPV6 LONGEST_IPV6 ":445",
	 NULL,
	 NULL},
};

static void test_parse_channel(void **state)
{
	const struct parse_case *c = *state;
	struct client_address address;
	bool parsed = client_address_parse_channel(c->text, &address);

	assert_int_equal(parsed, c->ip != NULL);
	if (parsed) {
		assert_address(&address, c->ip, c->zone);
	}
}

struct equal_case {
	const char *name;
	const char *a;
	const char *b;
	bool equal;
};

static const struct equal_case equal_cases[] = {
	{"equal to itself", "10.0.0.7", "10.0.0.7", true},
	{"IPv4 equals its mapped form", "10.0.0.7", "::ffff:10.0.0.7", true},
	{"IPv4 differs from its compatible form",
	 "10.0.0.7",
	 "::10.0.0.7",
	 false},
	{"IPv4 differs in the last bit", "10.0.0.7", "10.0.0.6", false},
	{"IPv6 differs in the first bit", "2001:db8::7", "a001:db8::7", false},
	{"same zone", "fe80::1%eth0", "fe80::1%eth0", true},
	{"zones differ", "fe80::1%eth0", "fe80::1%eth1", false},
	{"zones of one character", "fe80::1%1", "fe80::1%2", false},
	{"zones differ in case", "fe80::1%eth0", "fe80::1%ETH0", false},
	{"a zone on one side only", "fe80::1%eth0", "fe80::1", true},
	{"same zone, other address", "fe80::1%eth0", "fe80::2%eth0", false},
};

static void test_equal(void **state)
{
	const struct equal_case *c = *state;
	struct client_address a;
	struct client_address b;

	assert_true(client_address_parse(c->a, &a));
	assert_true(client_address_parse(c->b, &b));
	assert_int_equal(client_address_equal(&a, &b), c->equal);
	assert_int_equal(client_address_equal(&b, &a), c->equal);
}

/* With runs of zeros, so that "::" appears in all places. */
static struct in6_addr random_ip(void)
{
	struct in6_addr ip = {.s6_addr = {0}};

	for (size_t i = 0; i < sizeof(ip.s6_addr); i++) {
		ip.s6_addr[i] = random() % 2 == 0 ? 0 : (uint8_t)random();
	}
	return ip;
}

static void assert_spells(const char *text, const struct client_address *wanted)
{
	struct client_address address;

	assert_true(client_address_parse(text, &address));
	assert_true(client_address_equal(&address, wanted));
}

/* The form that Windows writes, in upper case. */
static void fold_to_literal(char *text)
{
	for (; *text != '\0'; text++) {
		*text = (char)(*text == ':' ? '-' : toupper(*text));
	}
}

static void test_all_spellings_are_one_address(void **state)
{
	(void)state;
	srandom(1);
	for (int i = 0; i < 10000; i++) {
		struct client_address wanted = {.ip = random_ip(), .zone = ""};
		char text[INET6_ADDRSTRLEN];
		char longer[INET6_ADDRSTRLEN + 32];

		assert_non_null(
			inet_ntop(AF_INET6, &wanted.ip, text, sizeof(text)));
		assert_spells(text, &wanted);
		(void)snprintf(longer, sizeof(longer), "[%s]", text);
		assert_spells(longer, &wanted);
		(void)snprintf(longer, sizeof(longer), "%s%%eth0", text);
		assert_spells(longer, &wanted);

		fold_to_literal(text);
		(void)snprintf(longer,
			       sizeof(longer),
			       "%s.ipv6-literal.net",
			       text);
		assert_spells(longer, &wanted);
	}
}

static void test_every_bit_counts(void **state)
{
	struct client_address a = {.ip = random_ip(), .zone = ""};

	(void)state;
	for (size_t bit = 0; bit < 8 * sizeof(a.ip); bit++) {
		struct client_address b = a;

		b.ip.s6_addr[bit / 8] ^= 1U << bit % 8;
		assert_false(client_address_equal(&a, &b));
	}
}

/* ASan reports reads and writes past the end of a buffer. */
static void test_noise_is_survived(void **state)
{
	static const char letters[] = "0123456789abcdefs:.%[]-ipv6:";

	(void)state;
	srandom(2);
	for (int i = 0; i < 100000; i++) {
		size_t len = random() % 120;
		char *text = calloc(1, len + 1);
		struct client_address address;

		assert_non_null(text);
		for (size_t j = 0; j < len; j++) {
			text[j] = letters[random() % (sizeof(letters) - 1)];
		}
		if (client_address_parse(text, &address) ||
		    client_address_parse_channel(text, &address)) {
			assert_non_null(memchr(address.zone,
					       '\0',
					       sizeof(address.zone)));
		}
		free(text);
	}
}

static void assert_from_socket(const void *in,
			       size_t len,
			       const char *wanted_text)
{
	struct sockaddr_storage storage = {.ss_family = AF_UNSPEC};
	struct client_address wanted, found;

	memcpy(&storage, in, len);
	assert_true(client_address_parse(wanted_text, &wanted));
	assert_true(client_address_from_socket(&storage, &found));
	assert_true(client_address_equal(&wanted, &found));
	assert_string_equal(found.zone, "");
}

static void test_socket_address_is_taken(void **state)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = 445};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = 445};
	struct sockaddr_storage unix_socket = {.ss_family = AF_UNIX};
	struct client_address found;

	(void)state;
	assert_int_equal(inet_pton(AF_INET, "10.0.0.7", &in.sin_addr), 1);
	assert_from_socket(&in, sizeof(in), "10.0.0.7");
	assert_int_equal(inet_pton(AF_INET6, "fe80::7", &in6.sin6_addr), 1);
	in6.sin6_scope_id = 1;
	assert_from_socket(&in6, sizeof(in6), "fe80::7");
	assert_false(client_address_from_socket(&unix_socket, &found));
}

static void test_addresses_are_kept_once(void **state)
{
	struct client_addresses addresses = {.num = 0};
	struct client_address one, other;

	(void)state;
	assert_true(client_address_parse("10.0.0.7", &one));
	assert_true(client_address_parse("10.0.0.8", &other));
	client_addresses_add(&addresses, &one);
	client_addresses_add(&addresses, &one);
	assert_int_equal(addresses.num, 1);
	assert_true(client_addresses_have(&addresses, &one));
	/* what is behind the last one is none of them */
	addresses.list[1] = other;
	assert_false(client_addresses_have(&addresses, &other));
}

/* Around the longest that could be an address. */
static void test_long_channels_are_none(void **state)
{
	struct client_address address;

	(void)state;
	for (int len = 1; len < 200; len++) {
		char text[256];

		snprintf(text, sizeof(text), "ipv6:%0*d:445", len, 0);
		assert_false(client_address_parse_channel(text, &address));
	}
}

/* Those that are too many are left out. */
static void test_addresses_are_limited(void **state)
{
	struct client_addresses addresses = {.num = 0};
	struct client_address address;

	(void)state;
	assert_true(client_address_parse("10.0.0.0", &address));
	for (size_t i = 0; i <= CLIENT_ADDRESSES_MAX; i++) {
		address.ip.s6_addr[15] = i;
		client_addresses_add(&addresses, &address);
		assert_int_equal(client_addresses_have(&addresses, &address),
				 i < CLIENT_ADDRESSES_MAX);
	}
	assert_int_equal(addresses.num, CLIENT_ADDRESSES_MAX);
}

struct text_case {
	const char *name;
	const char *spelled;
	const char *text;
};

static const struct text_case text_cases[] = {
	{"text of IPv4", "10.0.0.7", "10.0.0.7"},
	{"text of IPv4 in its mapped form", "::ffff:a00:7", "10.0.0.7"},
	{"text of IPv4-compatible", "::10.0.0.7", "::10.0.0.7"},
	{"text of IPv6", "2001:0DB8:0::7", "2001:db8::7"},
	{"text of a literal", "2001-db8--7.ipv6-literal.net", "2001:db8::7"},
	{"text of a zone", "[fe80::1%eth0]", "fe80::1%eth0"},
	{"text of a zone of one character", "fe80::1%1", "fe80::1%1"},
	{"text of mapped IPv4 with a zone",
	 "::ffff:10.0.0.7%eth0",
	 "10.0.0.7%eth0"},
	{"the longest text",
	 "2001:db8:1111:2222:3333:4444:5555:6666%" ZONE_31,
	 "2001:db8:1111:2222:3333:4444:5555:6666%" ZONE_31},
};

static void test_text(void **state)
{
	const struct text_case *c = *state;
	struct client_address address;
	/* of its exact size, so that a sanitizer sees what is written beyond */
	char *text = malloc(CLIENT_ADDRESS_LEN);

	assert_non_null(text);
	assert_true(client_address_parse(c->spelled, &address));
	assert_ptr_equal(client_address_text(&address, text), text);
	assert_string_equal(text, c->text);
	free(text);
}

static const struct CMUnitTest properties[] = {
	cmocka_unit_test(test_socket_address_is_taken),
	cmocka_unit_test(test_addresses_are_kept_once),
	cmocka_unit_test(test_addresses_are_limited),
	cmocka_unit_test(test_long_channels_are_none),
	cmocka_unit_test(test_all_spellings_are_one_address),
	cmocka_unit_test(test_every_bit_counts),
	cmocka_unit_test(test_noise_is_survived),
};

int main(void)
{
	struct table table = {.count = 0};

	TABLE_ADD(&table, parse_cases, test_parse);
	TABLE_ADD(&table, channel_cases, test_parse_channel);
	TABLE_ADD(&table, equal_cases, test_equal);
	TABLE_ADD(&table, text_cases, test_text);
	TABLE_ADD_TESTS(&table, properties);
	return table_run(&table, "client_address");
}
