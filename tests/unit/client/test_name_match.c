/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/client/name_match.c: which listed names match. */

#include "tests/unit/table.h"

#include <stdbool.h>

#include "source/client/name_match.h"

struct match {
	const char *name;
	const char *asked;
	const char *listed;
	enum name_match expected;
};

static const struct match clients[] = {
	{"same address", "10.0.0.7", "10.0.0.7", NAME_MATCHES},
	{"address with backslashes", "\\\\10.0.0.7", "10.0.0.7", NAME_MATCHES},
	{"listed with backslashes", "10.0.0.7", "\\\\10.0.0.7", NAME_MATCHES},
	{"another address", "10.0.0.7", "10.0.0.70", NAME_DIFFERS},
	{"IPv4 in IPv6", "::ffff:10.0.0.7", "10.0.0.7", NAME_MATCHES},
	{"long and short IPv6", "2001:DB8:0::7", "2001:db8::7", NAME_MATCHES},
	{"IPv6 in brackets", "2001:db8::7", "\\\\[2001:db8::7]", NAME_MATCHES},
	{"Windows' literal",
	 "2001-db8--7.ipv6-literal.net",
	 "2001:db8::7",
	 NAME_MATCHES},
	{"zone", "fe80::1%eth0", "fe80::1", NAME_MATCHES},
	{"same zone", "fe80::1%eth0", "\\\\[fe80::1%eth0]", NAME_MATCHES},
	{"another zone", "fe80::1%eth0", "fe80::1%eth1", NAME_DIFFERS},
	{"another zone as a literal",
	 "fe80--1s4.ipv6-literal.net",
	 "fe80::1%5",
	 NAME_DIFFERS},
	{"another IPv6", "2001:db8::7", "2001:db8::8", NAME_DIFFERS},
	{"address and name", "10.0.0.7", "ws7", NAME_IN_DOUBT},
	{"name and address", "ws7", "10.0.0.7", NAME_IN_DOUBT},
	{"first number of an address", "10", "\\\\10.0.0.7", NAME_IN_DOUBT},
	{"name without case", "WS7", "\\\\ws7", NAME_MATCHES},
	{"name with backslashes", "\\\\ws7", "ws7", NAME_MATCHES},
	{"name beyond ASCII", "\xc3\x84pfel", "\xc3\xa4pfel", NAME_MATCHES},
	{"first label", "ws7", "ws7.example.com", NAME_MATCHES},
	{"part of a label", "ws", "ws7.example.com", NAME_IN_DOUBT},
	{"asked with a part of the domain",
	 "ws7.example",
	 "ws7.example.com",
	 NAME_IN_DOUBT},
	{"asked with a domain", "ws7.example.com", "ws7", NAME_IN_DOUBT},
	{"another name", "ws7", "ws8", NAME_IN_DOUBT},
	{"no client listed", "ws7", NULL, NAME_IN_DOUBT},
	{"any client", "", "ws7", NAME_MATCHES},
	{"any client, none listed", NULL, NULL, NAME_MATCHES},
};

static const struct match users[] = {
	{"same", "alice", "alice", NAME_MATCHES},
	{"without case", "ALICE", "alice", NAME_MATCHES},
	{"case beyond ASCII",
	 "\xd0\xbe\xd0\xbb\xd1\x8f",
	 "\xd0\x9e\xd0\xbb\xd1\x8f",
	 NAME_MATCHES},
	{"another", "alice", "alicia", NAME_DIFFERS},
	{"domain asked, none listed", "DOM\\alice", "alice", NAME_IN_DOUBT},
	{"domain listed, none asked", "alice", "DOM\\alice", NAME_MATCHES},
	{"realm asked, none listed", "alice@dom.test", "alice", NAME_IN_DOUBT},
	{"at sign in the name", "alice@home@dom.test", "alice", NAME_DIFFERS},
	{"same domain", "dom\\alice", "DOM\\alice", NAME_MATCHES},
	{"another domain", "DOM\\alice", "OTHER\\alice", NAME_DIFFERS},
	{"another user there", "DOM\\alice", "DOM\\bob", NAME_DIFFERS},
	{"NetBIOS domain asked, realm listed",
	 "DOM\\alice",
	 "alice@dom.test",
	 NAME_IN_DOUBT},
	{"realm asked, NetBIOS domain listed",
	 "alice@dom.test",
	 "DOM\\alice",
	 NAME_IN_DOUBT},
	{"same realm", "dom.test\\alice", "alice@DOM.TEST", NAME_MATCHES},
	{"another realm", "alice@dom.test", "alice@b.test", NAME_DIFFERS},
	{"another user of none", "DOM\\alice", "bob", NAME_DIFFERS},
	{"empty user listed", "alice", "", NAME_DIFFERS},
	{"no user listed", "alice", NULL, NAME_IN_DOUBT},
	{"any user", "", "alice", NAME_MATCHES},
	{"any user, none listed", NULL, NULL, NAME_MATCHES},
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
