/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/client/name_match.c: which listed names match. */

#include "tests/unit/table.h"

#include <stdbool.h>

#include "source/client/name_match.h"

struct match {
	const char *name;
	const char *asked;
	const char *listed;
	bool expected;
};

static const struct match clients[] = {
	{"same address", "10.0.0.7", "10.0.0.7", true},
	{"address with backslashes", "\\\\10.0.0.7", "10.0.0.7", true},
	{"listed with backslashes", "10.0.0.7", "\\\\10.0.0.7", true},
	{"another address", "10.0.0.7", "10.0.0.70", false},
	{"IPv4 in IPv6", "::ffff:10.0.0.7", "10.0.0.7", true},
	{"long and short IPv6", "2001:DB8:0::7", "2001:db8::7", true},
	{"IPv6 in brackets", "2001:db8::7", "\\\\[2001:db8::7]", true},
	{"Windows' literal",
	 "2001-db8--7.ipv6-literal.net",
	 "2001:db8::7",
	 true},
	{"Windows' literal in capitals",
	 "2001-DB8--7.IPV6-LITERAL.NET",
	 "2001:db8::7",
	 true},
	{"literal with more behind it",
	 "2001-db8--7.ipv6-literal.net.example",
	 "2001:db8::7",
	 false},
	/* One more than fits into the buffer. */
	{"128 characters",
	 "[0000000000000000000000000000000000000000000000000000000000000000"
	 "0000000000000000000000000000000000000000000000000000000000000001]",
	 "::1",
	 false},
	{"zone", "fe80::1%eth0", "fe80::1", true},
	{"another IPv6", "2001:db8::7", "2001:db8::8", false},
	{"address and name", "10.0.0.7", "ws7", false},
	{"name and address", "ws7", "10.0.0.7", false},
	{"first number of an address", "10", "\\\\10.0.0.7", false},
	{"name without case", "WS7", "\\\\ws7", true},
	{"name with backslashes", "\\\\ws7", "ws7", true},
	{"name beyond ASCII", "\xc3\x84pfel", "\xc3\xa4pfel", true},
	{"first label", "ws7", "ws7.example.com", true},
	{"part of a label", "ws", "ws7.example.com", false},
	{"asked with a part of the domain",
	 "ws7.example",
	 "ws7.example.com",
	 false},
	{"asked with a domain", "ws7.example.com", "ws7", false},
	{"another name", "ws7", "ws8", false},
};

static const struct match users[] = {
	{"same", "alice", "alice", true},
	{"without case", "ALICE", "alice", true},
	{"case beyond ASCII",
	 "\xd0\xbe\xd0\xbb\xd1\x8f",
	 "\xd0\x9e\xd0\xbb\xd1\x8f",
	 true},
	{"another", "alice", "alicia", false},
	{"domain asked, none listed", "DOM\\alice", "alice", true},
	{"domain listed, none asked", "alice", "DOM\\alice", true},
	{"realm asked, none listed", "alice@dom.test", "alice", true},
	{"at sign in the name", "alice@home@dom.test", "alice", false},
	{"same domain", "dom\\alice", "DOM\\alice", true},
	{"another domain", "DOM\\alice", "OTHER\\alice", false},
	{"another user there", "DOM\\alice", "DOM\\bob", false},
	{"no user listed", "alice", "", false},
};

static void check_client(void **state)
{
	const struct match *row = *state;

	assert_int_equal(name_match_client(row->asked, row->listed),
			 row->expected);
}

static void check_user(void **state)
{
	const struct match *row = *state;

	assert_int_equal(name_match_user(row->asked, row->listed),
			 row->expected);
}

static void addresses_are_distinguished_from_names(void **state)
{
	(void)state;
	assert_true(name_match_is_address("\\\\10.0.0.7"));
	assert_true(name_match_is_address("[2001:db8::7]"));
	assert_true(name_match_is_address("fe80--1s4.ipv6-literal.net"));
	assert_false(name_match_is_address("ws7"));
	assert_false(name_match_is_address("10.0.0"));
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(addresses_are_distinguished_from_names),
	};
	struct table table = {.count = 0};

	TABLE_ADD(&table, clients, check_client);
	TABLE_ADD(&table, users, check_user);
	TABLE_ADD_TESTS(&table, others);
	return table_run(&table, "name_match");
}
