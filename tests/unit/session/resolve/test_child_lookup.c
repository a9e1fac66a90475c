/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/session/resolve/child_lookup.c: parsing a child's output. */

#include "tests/unit/table.h"

#include <stdio.h>

#include "source/session/resolve/child_lookup.h"

struct parse_case {
	const char *name;
	const char *text;
	/* what is found, up to a NULL */
	const char *addresses[4];
};

static const struct parse_case parse_cases[] = {
	{"nothing", "", {NULL}},
	{"an empty line", "\n", {NULL}},
	{"one address", "10.0.0.7        STREAM ws7\n", {"10.0.0.7"}},
	{"one address in three lines",
	 "10.0.0.7        STREAM ws7\n"
	 "10.0.0.7        DGRAM  \n"
	 "10.0.0.7        RAW    \n",
	 {"10.0.0.7"}},
	{"several addresses",
	 "2001:db8::7     STREAM ws7\n"
	 "10.0.0.7        STREAM \n"
	 "10.0.0.8        STREAM \n",
	 {"2001:db8::7", "10.0.0.7", "10.0.0.8"}},
	{"only an address", "10.0.0.7\n", {"10.0.0.7"}},
	{"a zone", "fe80::7%eth0    STREAM ws7\n", {"fe80::7%eth0"}},
	{"half an address", "10.0.0.7", {NULL}},
	{"half an address after a whole one",
	 "10.0.0.8 STREAM ws7\n10.0.0.7",
	 {"10.0.0.8"}},
	{"half a line", "10.0.0.7        STR", {NULL}},
	{"no address", "ws7 10.0.0.7\n", {NULL}},
	{"a space before", " 10.0.0.7\n", {NULL}},
	{"no address, then one", "?\n10.0.0.7 STREAM\n", {"10.0.0.7"}},
	{"a long word",
	 "2001:db8::7777777777777777777777777777777777777777777777777777777777"
	 "77777777777777777777777777777777 STREAM\n",
	 {NULL}},
};

static void test_parse(void **state)
{
	const struct parse_case *c = *state;
	struct client_addresses found = {.num = 0};
	size_t i;

	child_lookup_parse(c->text, &found);
	for (i = 0; c->addresses[i] != NULL; i++) {
		struct client_address address;

		assert_true(client_address_parse(c->addresses[i], &address));
		assert_true(i < found.num);
		assert_true(client_address_equal(&found.list[i], &address));
	}
	assert_int_equal(found.num, i);
}

static void test_addresses_that_do_not_fit_are_dropped(void **state)
{
	struct client_addresses found = {.num = 0};

	(void)state;
	for (unsigned i = 0; i < 2 * CLIENT_ADDRESSES_MAX; i++) {
		char line[64];

		snprintf(line, sizeof(line), "10.0.0.%u STREAM\n", i);
		child_lookup_parse(line, &found);
	}
	assert_int_equal(found.num, CLIENT_ADDRESSES_MAX);
}

static const struct CMUnitTest others[] = {
	cmocka_unit_test(test_addresses_that_do_not_fit_are_dropped),
};

int main(void)
{
	struct table table = {.count = 0};

	TABLE_ADD(&table, parse_cases, test_parse);
	TABLE_ADD_TESTS(&table, others);
	return table_run(&table, "child_lookup");
}
