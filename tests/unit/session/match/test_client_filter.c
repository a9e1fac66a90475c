/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/session/match/client_filter.c: which channels match. */

#include "tests/unit/table.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "source/session/match/client_filter.h"

#define LABEL_63 \
	"a23456789b123456789c123456789d123456789e123456789f123456789g123"

/* Channels as smbd records them: address and port, then the client's name. */
#define BY_IPV4 "ipv4:10.0.0.7:49152", "10.0.0.7"
#define BY_IPV6 "ipv6:2001:db8::7:49152", "2001:db8::7"
#define BY_MAPPED "ipv6:::ffff:10.0.0.7:49152", "::ffff:10.0.0.7"
#define BY_LINK_LOCAL "ipv6:fe80::1:49152", "fe80::1"
#define BY_NAME "ipv4:10.0.0.7:49152", "ws7"
#define BY_FQDN "ipv4:10.0.0.7:49152", "ws7.example.com"

struct match_case {
	const char *name;
	const char *asked;
	const char *remote_address;
	const char *remote_name;
	bool matches;
};

static const struct match_case match_cases[] = {
	{"NULL is any client", NULL, BY_IPV4, true},
	{"an empty name is any client", "", BY_IPV4, true},
	{"any client on a socket", NULL, "unix:/run/x", "", true},

	{"IPv4", "10.0.0.7", BY_IPV4, true},
	{"IPv4 after backslashes", "\\\\10.0.0.7", BY_IPV4, true},
	{"IPv4 where a name is recorded", "10.0.0.7", BY_FQDN, true},
	{"IPv4 of another client", "10.0.0.8", BY_IPV4, false},
	{"IPv4 with another digit", "10.0.0.70", BY_IPV4, false},
	{"IPv4 with a digit less",
	 "10.0.0.7",
	 "ipv4:10.0.0.77:49152",
	 "10.0.0.77",
	 false},
	{"IPv4 with a port is no address", "10.0.0.7:49152", BY_IPV4, false},
	{"IPv4 asked in mapped form", "::ffff:10.0.0.7", BY_IPV4, true},
	{"IPv4 asked in mapped form, hex", "::ffff:a00:7", BY_IPV4, true},
	{"IPv4 asked in mapped form, upper case",
	 "::FFFF:10.0.0.7",
	 BY_IPV4,
	 true},
	{"IPv4 asked in mapped form, brackets",
	 "[::ffff:10.0.0.7]",
	 BY_IPV4,
	 true},
	{"IPv4 recorded in mapped form", "10.0.0.7", BY_MAPPED, true},
	{"mapped form on both sides", "::ffff:10.0.0.7", BY_MAPPED, true},
	{"another one in mapped form", "::ffff:10.0.0.8", BY_IPV4, false},

	{"IPv6", "2001:db8::7", BY_IPV6, true},
	{"IPv6 after backslashes", "\\\\2001:db8::7", BY_IPV6, true},
	{"IPv6 in upper case", "2001:DB8::7", BY_IPV6, true},
	{"IPv6 in full",
	 "2001:0db8:0000:0000:0000:0000:0000:0007",
	 BY_IPV6,
	 true},
	{"IPv6 compressed elsewhere", "2001:db8:0:0::7", BY_IPV6, true},
	{"IPv6 with a dotted end", "2001:db8::0.0.0.7", BY_IPV6, true},
	{"IPv6 in brackets", "[2001:db8::7]", BY_IPV6, true},
	{"IPv6 in brackets after backslashes",
	 "\\\\[2001:db8::7]",
	 BY_IPV6,
	 true},
	{"IPv6 of another client", "2001:db8::8", BY_IPV6, false},
	{"IPv6 in brackets of another client", "[2001:db8::8]", BY_IPV6, false},
	{"IPv6 against IPv4", "2001:db8::7", BY_IPV4, false},
	{"IPv4 against IPv6", "10.0.0.7", BY_IPV6, false},

	{"a zone, none recorded", "fe80::1%eth0", BY_LINK_LOCAL, true},
	{"a zone in brackets", "[fe80::1%eth0]", BY_LINK_LOCAL, true},
	{"no zone, one recorded",
	 "fe80::1",
	 "ipv6:fe80::1%eth0:445",
	 "fe80::1%eth0",
	 true},
	{"the recorded zone",
	 "fe80::1%eth0",
	 "ipv6:fe80::1%eth0:445",
	 "fe80::1%eth0",
	 true},
	{"another zone than the recorded one",
	 "fe80::1%eth1",
	 "ipv6:fe80::1%eth0:445",
	 "fe80::1%eth0",
	 false},
	{"a zone on another address", "fe80::2%eth0", BY_LINK_LOCAL, false},

	{"literal", "2001-db8--7.ipv6-literal.net", BY_IPV6, true},
	{"literal after backslashes",
	 "\\\\2001-db8--7.ipv6-literal.net",
	 BY_IPV6,
	 true},
	{"literal in upper case",
	 "2001-DB8--7.IPV6-LITERAL.NET",
	 BY_IPV6,
	 true},
	{"literal in full",
	 "2001-0db8-0-0-0-0-0-7.ipv6-literal.net",
	 BY_IPV6,
	 true},
	{"literal with a zone",
	 "fe80--1s4.ipv6-literal.net",
	 BY_LINK_LOCAL,
	 true},
	{"literal with an upper case zone mark",
	 "FE80--1S4.IPV6-LITERAL.NET",
	 BY_LINK_LOCAL,
	 true},
	{"literal of another client",
	 "2001-db8--8.ipv6-literal.net",
	 BY_IPV6,
	 false},
	{"literal of the mapped form",
	 "--ffff-a00-7.ipv6-literal.net",
	 BY_IPV4,
	 true},
	{"dashes without the literal suffix", "2001-db8--7", BY_IPV6, false},
	{"literal recorded as a name",
	 "2001-db8--8.ipv6-literal.net",
	 "unix:/run/x",
	 "2001-db8--8.ipv6-literal.net",
	 true},

	{"name", "ws7", BY_NAME, true},
	{"name after backslashes", "\\\\ws7", BY_NAME, true},
	{"name in upper case", "WS7", BY_NAME, true},
	{"name recorded in upper case", "ws7", "ipv4:10.0.0.7:1", "WS7", true},
	{"another name", "ws8", BY_NAME, false},
	{"beginning of the name", "ws", BY_NAME, false},
	{"more than the name", "ws77", BY_NAME, false},
	{"name with a space after it", "ws7 ", BY_NAME, false},
	{"name with German letters in other case",
	 "J\u00dcRGEN-PC",
	 "ipv4:10.0.0.7:1",
	 "j\u00fcrgen-pc",
	 true},
	{"name with Cyrillic letters in other case",
	 "\u041e\u041b\u042c\u0413\u0410",
	 "ipv4:10.0.0.7:1",
	 "\u043e\u043b\u044c\u0433\u0430",
	 true},
	{"name where only an address is recorded", "ws7", BY_IPV4, false},
	{"name against an empty record", "ws7", "unix:/run/x", "", false},
	{"name on a channel without IP", "ws7", "unix:/run/x", "ws7", true},
	{"address on a channel without IP",
	 "10.0.0.7",
	 "unix:/run/x",
	 "x",
	 false},
	{"address that is a recorded name elsewhere",
	 "10.0.0.7",
	 "ipv4:10.0.0.9:1",
	 "10.0.0.7",
	 true},
	{"a star is no wildcard", "*", BY_NAME, false},
	{"only a percent sign", "%", BY_NAME, false},

	{"FQDN", "ws7.example.com", BY_FQDN, true},
	{"FQDN in upper case", "WS7.EXAMPLE.COM", BY_FQDN, true},
	{"first label of an FQDN", "ws7", BY_FQDN, true},
	{"first label in upper case", "WS7", BY_FQDN, true},
	{"first label after backslashes", "\\\\ws7", BY_FQDN, true},
	{"first label with German letters",
	 "J\u00dcRGEN",
	 "ipv4:10.0.0.7:1",
	 "j\u00fcrgen.example.com",
	 true},
	{"first label of 63 characters",
	 LABEL_63,
	 "ipv4:10.0.0.7:1",
	 LABEL_63 ".example.com",
	 true},
	{"first label that is too long",
	 "ws7",
	 "ipv4:10.0.0.7:1",
	 LABEL_63 "x.example.com",
	 false},
	{"first label of 64 characters",
	 LABEL_63 "x",
	 "ipv4:10.0.0.7:1",
	 LABEL_63 "x.example.com",
	 false},
	{"beginning of the first label", "ws", BY_FQDN, false},
	{"more than the first label", "ws77", BY_FQDN, false},
	{"second label", "example", BY_FQDN, false},
	{"two labels of three", "ws7.example", BY_FQDN, false},
	{"first label and a dot", "ws7.", BY_FQDN, false},
	{"FQDN of another domain", "ws7.example.org", BY_FQDN, false},
	{"FQDN asked, short name recorded", "ws7.example.com", BY_NAME, false},

	{"10 is not a label of 10.0.0.7", "10", BY_IPV4, false},
	{"10 is not a label of 10.0.0.7, backslashes",
	 "\\\\10",
	 BY_IPV4,
	 false},
	{"no label of a mapped record", "::ffff:10", BY_MAPPED, false},
	{"no label of a zone with a dot",
	 "fe80::1%eth0",
	 "ipv6:fe80::2:445",
	 "fe80::1%eth0.5",
	 false},
	{"10 is the label of an FQDN",
	 "10",
	 "ipv4:10.0.0.7:1",
	 "10.example.com",
	 true},
};

static void test_match(void **state)
{
	const struct match_case *c = *state;
	struct client_filter filter;

	assert_true(client_filter_parse(c->asked, &filter));
	assert_int_equal(client_filter_matches(&filter,
					       c->remote_address,
					       c->remote_name),
			 c->matches);
}

struct resolved_case {
	const char *name;
	const char *asked;
	/* the addresses of the name, up to a NULL */
	const char *addresses[3];
	const char *remote_address;
	const char *remote_name;
	bool matches;
};

static const struct resolved_case resolved_cases[] = {
	{"resolved: its address", "ws7", {"10.0.0.7"}, BY_IPV4, true},
	{"resolved: its IPv6 address", "ws7", {"2001:db8::7"}, BY_IPV6, true},
	{"resolved: its second address",
	 "ws7",
	 {"10.0.0.8", "10.0.0.7"},
	 BY_IPV4,
	 true},
	{"resolved: mapped form on record",
	 "ws7",
	 {"10.0.0.7"},
	 BY_MAPPED,
	 true},
	{"resolved: another address", "ws7", {"10.0.0.8"}, BY_IPV4, false},
	{"resolved: other addresses",
	 "ws7",
	 {"10.0.0.8", "2001:db8::7"},
	 BY_IPV4,
	 false},
	{"resolved: to nothing", "ws7", {NULL}, BY_IPV4, false},
	{"resolved: to nothing, no IP",
	 "ws7",
	 {NULL},
	 "unix:/run/x",
	 "",
	 false},
	{"resolved: the name is recorded", "ws7", {"10.0.0.8"}, BY_NAME, true},
	{"resolved: never from an address",
	 "10.0.0.8",
	 {"10.0.0.7"},
	 BY_IPV4,
	 false},
};

static void test_resolved(void **state)
{
	const struct resolved_case *c = *state;
	struct client_addresses addresses = {.num = 0};
	struct client_filter filter;

	for (size_t i = 0; c->addresses[i] != NULL; i++) {
		struct client_address address;

		assert_true(client_address_parse(c->addresses[i], &address));
		client_addresses_add(&addresses, &address);
	}
	assert_true(client_filter_parse(c->asked, &filter));
	filter.resolved = &addresses;
	assert_int_equal(client_filter_matches(&filter,
					       c->remote_address,
					       c->remote_name),
			 c->matches);
}

struct can_resolve_case {
	const char *name;
	const char *asked;
	bool can_resolve;
};

#define LABEL_61 "a23456789b123456789c123456789d123456789e123456789f123456789g1"
#define NAME_253 LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_61

static const struct can_resolve_case can_resolve_cases[] = {
	{"to resolve: a name", "ws7", true},
	{"to resolve: after backslashes", "\\\\ws7", true},
	{"to resolve: FQDN", "ws7.example.com", true},
	{"to resolve: FQDN with the root's dot", "ws7.example.com.", true},
	{"to resolve: a name of digits and letters", "7ws", true},
	{"to resolve: hex letters", "cafe", true},
	{"to resolve: a number as the first label", "10.example.com", true},
	{"to resolve: the longest name", NAME_253, true},
	{"to resolve: the longest name, the root's dot", NAME_253 ".", true},
	{"not to resolve: a longer name", NAME_253 "ab", false},
	{"not to resolve: NULL", NULL, false},
	{"not to resolve: nothing", "", false},
	{"not to resolve: IPv4", "10.0.0.7", false},
	{"not to resolve: IPv6", "2001:db8::7", false},
	{"not to resolve: literal", "2001-db8--7.ipv6-literal.net", false},
	{"not to resolve: IPv4 with the root's dot", "10.0.0.7.", false},
	{"not to resolve: a short IPv4", "10.7", false},
	{"not to resolve: a short IPv4 with the root's dot", "10.7.", false},
	{"not to resolve: a number", "10", false},
	{"not to resolve: hex", "0x0a000007", false},
	{"not to resolve: octal", "012.0.0.07", false},
	{"not to resolve: IPv4 with a port", "10.0.0.7:445", false},
	{"not to resolve: IPv4 with a zone", "10.0.0.7%lo", false},
	{"not to resolve: IPv6 with an empty zone", "fe80::1%", false},
	{"not to resolve: name with a port", "ws7:445", false},
};

static void test_can_resolve(void **state)
{
	const struct can_resolve_case *c = *state;
	struct client_filter filter;

	assert_true(client_filter_parse(c->asked, &filter));
	assert_int_equal(client_filter_can_resolve(&filter), c->can_resolve);
}

struct malformed_case {
	const char *name;
	const char *asked;
};

static const struct malformed_case malformed_cases[] = {
	{"malformed: one backslash", "\\"},
	{"malformed: two backslashes", "\\\\"},
	{"malformed: three backslashes", "\\\\\\"},
	{"malformed: four backslashes", "\\\\\\\\"},
	{"malformed: one backslash before a name", "\\ws7"},
	{"malformed: three backslashes before a name", "\\\\\\ws7"},
	{"malformed: backslash inside", "ws7\\x"},
	{"malformed: backslash at the end", "\\\\ws7\\"},
	{"malformed: share after the name", "\\\\ws7\\share"},
	{"malformed: slash", "/"},
	{"malformed: slashes before", "//ws7"},
	{"malformed: slash inside", "\\\\ws7/x"},
	{"malformed: prefix length", "10.0.0.0/8"},
	{"malformed: newline", "ws7\nx"},
	{"malformed: newline after an address", "10.0.0.7\n"},
	{"malformed: tab", "\\\\ws\t7"},
	{"malformed: escape", "\x1b[2J"},
	{"malformed: first control character", "\x01"},
	{"malformed: delete", "ws7\x7f"},
	{"malformed: C1 control character", "ws7\xc2\x85"},
	{"malformed: control character in a zone", "fe80::1%\x01"},
};

static void test_malformed(void **state)
{
	const struct malformed_case *c = *state;
	struct client_filter filter;

	assert_false(client_filter_parse(c->asked, &filter));
}

static void test_filter_points_after_the_backslashes(void **state)
{
	const char *asked = "\\\\ws7";
	struct client_filter filter;

	(void)state;
	assert_true(client_filter_parse(asked, &filter));
	assert_ptr_equal(filter.name, asked + 2);
	assert_false(filter.is_address);
	assert_null(filter.resolved);
}

/* NetrSessionEnum lists the recorded name as a session's client. */
static void test_what_is_listed_matches(void **state)
{
	static const char letters[] = "abcXYZ0123456789.:%-_[]s \xc3\xbc";

	(void)state;
	srandom(1);
	for (int i = 0; i < 20000; i++) {
		char recorded[80] = "";
		char asked[sizeof(recorded)];
		struct client_filter filter;
		size_t len = 1 + random() % (sizeof(recorded) - 2);

		for (size_t j = 0; j < len; j++) {
			size_t pick = random() % (sizeof(letters) - 1);

			recorded[j] = letters[pick];
		}
		for (size_t j = 0; j <= len; j++) {
			asked[j] =
				(char)(random() % 2 != 0 && isascii(recorded[j])
					       ? toupper(recorded[j])
					       : recorded[j]);
		}
		assert_true(client_filter_parse(asked, &filter));
		assert_true(client_filter_matches(&filter, "unix:", recorded));
	}
}

static const struct CMUnitTest others[] = {
	cmocka_unit_test(test_filter_points_after_the_backslashes),
	cmocka_unit_test(test_what_is_listed_matches),
};

int main(void)
{
	struct table table = {.count = 0};

	TABLE_ADD(&table, match_cases, test_match);
	TABLE_ADD(&table, resolved_cases, test_resolved);
	TABLE_ADD(&table, can_resolve_cases, test_can_resolve);
	TABLE_ADD(&table, malformed_cases, test_malformed);
	TABLE_ADD_TESTS(&table, others);
	return table_run(&table, "client_filter");
}
