/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/session/match/listed_names.c: the names in a list. */

#include "replace.h"

#include "tests/unit/table.h"

#include "source/session/match/listed_names.h"

static bool memory_is_out;

/* Replaces talloc's own, so that a test can run out of memory. */
char *talloc_strndup(const void *mem_ctx, const char *text, size_t len)
{
	if (memory_is_out) {
		return NULL;
	}
	return talloc_asprintf(mem_ctx, "%.*s", (int)len, text);
}

struct client_case {
	const char *name;
	const char *remote_address;
	const char *remote_name;
	const char *listed;
};

#define LONG_LABEL \
	"a23456789b123456789c123456789d123456789e123456789f123456789g12"
#define LONG_NAME                                                   \
	LONG_LABEL "." LONG_LABEL "." LONG_LABEL "." LONG_LABEL "." \
		   "example"

static const struct client_case client_cases[] = {
	{"IPv4 address", "ipv4:10.0.0.7:49152", "10.0.0.7", "\\\\10.0.0.7"},
	{"IPv6 address",
	 "ipv6:2001:db8::7:49152",
	 "2001:db8::7",
	 "\\\\[2001:db8::7]"},
	{"IPv6 address, IPv4 mapped",
	 "ipv6:::ffff:10.0.0.7:49152",
	 "::ffff:10.0.0.7",
	 "\\\\10.0.0.7"},
	{"link-local address",
	 "ipv6:fe80::7:49152",
	 "fe80::7",
	 "\\\\[fe80::7]"},
	{"recorded name", "ipv4:10.0.0.7:49152", "ws7", "\\\\ws7"},
	{"recorded DNS name",
	 "ipv4:10.0.0.7:49152",
	 "ws7.example.com",
	 "\\\\ws7.example.com"},
	{"name of 255 bytes and more",
	 "ipv4:10.0.0.7:49152",
	 LONG_NAME,
	 "\\\\" LONG_NAME},
	{"recorded Unicode name",
	 "ipv4:10.0.0.7:49152",
	 "b\u00fcro",
	 "\\\\b\u00fcro"},
	{"another address recorded",
	 "ipv4:10.0.0.7:49152",
	 "10.0.0.8",
	 "\\\\10.0.0.7"},
	{"no name recorded", "ipv4:10.0.0.7:49152", "", "\\\\10.0.0.7"},
	{"name with a backslash",
	 "ipv4:10.0.0.7:49152",
	 "ws\\7",
	 "\\\\10.0.0.7"},
	{"name with a slash", "ipv4:10.0.0.7:49152", "ws/7", "\\\\10.0.0.7"},
	{"name with a control character",
	 "ipv4:10.0.0.7:49152",
	 "ws\n7",
	 "\\\\10.0.0.7"},
	{"name that is not UTF-8",
	 "ipv4:10.0.0.7:49152",
	 "ws\xff"
	 "7",
	 "\\\\10.0.0.7"},
	{"only a name", "unix:", "ws7", "\\\\ws7"},
	{"only a bad name", "unix:", "ws\n7", "ws\\x0A7"},
};

static void test_client(void **state)
{
	const struct client_case *c = *state;
	TALLOC_CTX *mem_ctx = talloc_new(NULL);

	assert_non_null(mem_ctx);
	assert_string_equal(session_client_name(mem_ctx,
						c->remote_address,
						c->remote_name),
			    c->listed);
	talloc_free(mem_ctx);
}

#define SID(rid)                                                   \
	{                                                          \
		.sid_rev_num = 1, .num_auths = 2, .id_auth[5] = 5, \
		.sub_auths = {21, (rid)},                          \
	}

/* The users with sessions, each by account and unix name. */
static const struct known_name everybody[] = {
	{.name = "alice", .user = SID(1)},
	{.name = "alice", .user = SID(1)},
	{.name = "Alice", .user = SID(1)},
	{.name = "bob", .user = SID(2)},
	{.name = "BOB", .user = SID(3)},
	{.name = "bob", .user = SID(2)},
	{.name = "\u043e\u043b\u044c\u0433\u0430", .user = SID(4)},
	{.name = "\u041e\u041b\u042c\u0413\u0410", .user = SID(5)},
	{.name = "zoe", .user = SID(6)},
};

#define EVERYBODY (sizeof(everybody) / sizeof(everybody[0]))

struct user_case {
	const char *name;
	struct user_identity user;
	const char *listed;
};

static const struct user_case user_cases[] = {
	{"account",
	 {.unix_name = "alice", .account = "alice", .domain = "FS1"},
	 "alice"},
	{"account of another unix user",
	 {.unix_name = "smith", .account = "alice", .domain = "FS1"},
	 "alice"},
	{"account without a session",
	 {.account = "carol", .domain = "FS1"},
	 "carol"},
	{"account, nothing behind it is read",
	 {.account = "j\u00fcrgen\0\xff", .domain = "FS1"},
	 "j\u00fcrgen"},
	{"account that two users have",
	 {.unix_name = "bob", .account = "bob", .domain = "FS1"},
	 "FS1\\bob"},
	{"account that two users have, in other case",
	 {.account = "Bob", .domain = "EXAMPLE"},
	 "EXAMPLE\\Bob"},
	{"Unicode account",
	 {.account = "j\u00fcrgen", .domain = "B\u00dcCHER"},
	 "j\u00fcrgen"},
	{"Unicode account that two users have",
	 {.account = "\u041e\u043b\u044c\u0433\u0430", .domain = "FS1"},
	 "FS1\\\u041e\u043b\u044c\u0433\u0430"},
	{"account that two users have, without a domain",
	 {.account = "bob", .domain = ""},
	 "bob"},
	{"account with an at sign",
	 {.account = "alice@home", .domain = "FS1"},
	 "FS1\\alice@home"},
	{"account with a space",
	 {.unix_name = "nobody",
	  .account = "ANONYMOUS LOGON",
	  .domain = "NT AUTHORITY"},
	 "ANONYMOUS LOGON"},
	{"account of 255 bytes and more",
	 {.account = LONG_NAME, .domain = "FS1"},
	 LONG_NAME},
	{"only a unix name", {.unix_name = "zoe"}, "zoe"},
	{"unix name, empty account",
	 {.unix_name = "zoe", .account = "", .domain = ""},
	 "zoe"},
	{"account with a control character",
	 {.unix_name = "zoe", .account = "z\noe", .domain = "FS1"},
	 "zoe"},
	{"domain with a control character",
	 {.account = "bob", .domain = "F\nS1"},
	 "bob"},
	{"account that is not UTF-8",
	 {.unix_name = "zoe", .account = "z\xff", .domain = "FS1"},
	 "zoe"},
	{"nothing that can be asked for",
	 {.account = "z\noe", .domain = "FS1"},
	 "FS1\\\\z\\x0Aoe"},
	{"nobody", {.account = NULL}, "\\\\"},
};

static void test_user(void **state)
{
	const struct user_case *c = *state;
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct known_name names[EVERYBODY];

	assert_non_null(mem_ctx);
	memcpy(names, everybody, sizeof(names));
	known_names_sort(names, EVERYBODY);
	assert_string_equal(
		session_user_name(mem_ctx, &c->user, names, EVERYBODY),
		c->listed);
	talloc_free(mem_ctx);
}

static void test_no_names_are_known(void **state)
{
	(void)state;

	known_names_sort(NULL, 0);
	assert_false(known_names_shared(NULL, 0, "alice"));
}

static void test_last_name_is_shared(void **state)
{
	struct known_name names[] = {
		{.name = "zoe", .user = SID(2)},
		{.name = "alice", .user = SID(1)},
		{.name = "zoe", .user = SID(3)},
	};

	(void)state;

	known_names_sort(names, 3);
	assert_true(known_names_shared(names, 3, "ZOE"));
	assert_false(known_names_shared(names, 3, "alice"));
	assert_false(known_names_shared(names, 3, "bob"));
}

/* It fails, instead of listing another name. */
static void test_out_of_memory(void **state)
{
	const struct user_identity user = {
		.unix_name = "zoe",
		.account = "zoe@home",
		.domain = "FS1",
	};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);

	(void)state;

	memory_is_out = true;
	assert_null(session_user_name(mem_ctx, &user, NULL, 0));
	memory_is_out = false;
	assert_string_equal(session_user_name(mem_ctx, &user, NULL, 0),
			    "FS1\\zoe@home");
	talloc_free(mem_ctx);
}

/* A list has thousands of names. */
static void test_nothing_stays_but_the_name(void **state)
{
	const struct user_identity user = {.account = "alice", .domain = "FS1"};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);

	(void)state;

	assert_non_null(session_user_name(mem_ctx, &user, NULL, 0));
	assert_int_equal(talloc_total_blocks(mem_ctx), 2);
	talloc_free(mem_ctx);
}

static const struct CMUnitTest others[] = {
	cmocka_unit_test(test_nothing_stays_but_the_name),
	cmocka_unit_test(test_out_of_memory),
	cmocka_unit_test(test_no_names_are_known),
	cmocka_unit_test(test_last_name_is_shared),
};

int main(void)
{
	struct table table = {.count = 0};

	TABLE_ADD(&table, client_cases, test_client);
	TABLE_ADD(&table, user_cases, test_user);
	TABLE_ADD_TESTS(&table, others);
	return table_run(&table, "listed_names");
}
