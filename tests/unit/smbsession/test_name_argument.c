/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/smbsession/name_argument.c: names on the command line. */

#include "tests/unit/table.h"

#include <stdio.h>
#include <string.h>

#include "source/smbsession/name_argument.h"

struct argument {
	const char *name;
	const char *text;
	/* NULL: it is refused */
	const char *bare;
};

static const struct argument clients[] = {
	{"name", "ws7", "ws7"},
	{"backslashes", "\\\\ws7", "ws7"},
	{"slashes", "//ws7", "ws7"},
	{"address", "10.0.0.7", "10.0.0.7"},
	{"IPv6 in brackets", "\\\\[2001:db8::7]", "[2001:db8::7]"},
	{"zone", "fe80::1%eth0", "fe80::1%eth0"},
	{"of smbstatus", "ipv4:10.0.0.7:48382", "10.0.0.7"},
	{"of smbstatus, IPv6", "ipv6:2001:db8::7:48382", "2001:db8::7"},
	{"of smbstatus, no port", "ipv4:10.0.0.7", NULL},
	{"of smbstatus, no port after IPv6", "ipv6:2001:db8::1:beef", NULL},
	{"of smbstatus, empty port", "ipv4:10.0.0.7:", NULL},
	{"of smbstatus, too long a port", "ipv4:10.0.0.7:123456", NULL},
	{"of smbstatus, no address", "ipv4:ws7:48382", NULL},
	{"of smbstatus, only the port", "ipv4::1", NULL},
	{"empty", "", NULL},
	{"backslashes only", "\\\\", NULL},
	{"slashes only", "//", NULL},
	{"one backslash", "\\ws7", NULL},
	{"three backslashes", "\\\\\\ws7", NULL},
	{"share", "\\\\ws7\\share", NULL},
	{"network", "10.0.0.0/24", NULL},
	{"IPv6 network", "2001:db8::/32", NULL},
	{"control character", "ws7\n", NULL},
	{"not UTF-8", "ws\xff", NULL},
	{"beyond ASCII", "\xc3\x84pfel", "\xc3\x84pfel"},
};

static const struct argument users[] = {
	{"name", "alice", "alice"},
	{"domain", "DOM\\alice", "DOM\\alice"},
	{"realm", "alice@dom.test", "alice@dom.test"},
	{"blank", "Alice Smith", "Alice Smith"},
	{"empty", "", NULL},
	{"control character", "a\tb", NULL},
	{"not UTF-8", "j\xfcrgen", NULL},
};

static const struct argument servers[] = {
	{"name", "fs1", "fs1"},
	{"backslashes", "\\\\fs1", "fs1"},
	{"slashes", "//fs1", "fs1"},
	{"halved by a shell", "\\fs1", "fs1"},
	{"IPv6", "2001:db8::1", "2001:db8::1"},
	{"empty", "", NULL},
	{"backslashes only", "\\\\", NULL},
	{"share", "//fs1/share", NULL},
	{"not UTF-8", "fs\xff", NULL},
};

static void check_client(void **state)
{
	const struct argument *row = *state;
	const char *bare = NULL;
	char text[64];

	(void)snprintf(text, sizeof(text), "%s", row->text);
	if (row->bare == NULL) {
		assert_non_null(name_argument_client(text, &bare));
	} else {
		assert_null(name_argument_client(text, &bare));
		assert_string_equal(bare, row->bare);
	}
}

static void check_user(void **state)
{
	const struct argument *row = *state;

	assert_int_equal(name_argument_user(row->text) == NULL,
			 row->bare != NULL);
}

static void check_server(void **state)
{
	const struct argument *row = *state;
	const char *bare = NULL;

	assert_int_equal(name_argument_server(row->text, &bare) == NULL,
			 row->bare != NULL);
	if (row->bare != NULL) {
		assert_string_equal(bare, row->bare);
	}
}

/* Four bytes of UTF-8 are two units of UTF-16. */
static void length_is_counted_as_the_server_does(void **state)
{
	char text[4 * 512 + 1] = "";

	(void)state;
	memset(text, 'x', 1023);
	assert_null(name_argument_user(text));
	text[1023] = 'x';
	assert_non_null(name_argument_user(text));
	text[0] = '\0';
	for (int i = 0; i < 511; i++) {
		strcat(text, "\xf0\x9f\x98\x80");
	}
	assert_null(name_argument_user(text));
	strcat(text, "\xf0\x9f\x98\x80");
	assert_non_null(name_argument_user(text));
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(length_is_counted_as_the_server_does),
	};
	struct table table = {.count = 0};

	TABLE_ADD(&table, clients, check_client);
	TABLE_ADD(&table, users, check_user);
	TABLE_ADD(&table, servers, check_server);
	TABLE_ADD_TESTS(&table, others);
	return table_run(&table, "name_argument");
}
