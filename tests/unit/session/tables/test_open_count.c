/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/session/tables/open_count.c: finding the right count. */

#include "replace.h"

#include "tests/unit/table.h"

#include "source/session/tables/open_count.h"

#define OWNER(pid_, vnn_, unique)                                   \
	{                                                           \
		.pid = (pid_), .vnn = (vnn_), .unique_id = (unique) \
	}
#define SID(rid)                                                   \
	{                                                          \
		.sid_rev_num = 1, .num_auths = 2, .id_auth[5] = 5, \
		.sub_auths =                                       \
		{ 21,                                              \
		  (rid) }                                          \
	}

static const struct open_count all[] = {
	{.owner = OWNER(7, 0, 1), .user = SID(2), .opens = 1},
	{.owner = OWNER(7, 0, 1), .user = SID(1), .opens = 2},
	{.owner = OWNER(7, 0, 2), .user = SID(1), .opens = 3},
	{.owner = OWNER(7, 1, 1), .user = SID(1), .opens = 4},
	{.owner = OWNER(6, 0, 1), .user = SID(1), .opens = 5},
	{.owner = OWNER(0x100000006, 0, 1), .user = SID(1), .opens = 6},
	{.owner = OWNER(8, 0, 1), .opens = 7},
	{.session = 7, .opens = 8},
	{.session = 0x100000007, .opens = 9},
};

#define ALL (sizeof(all) / sizeof(all[0]))

static void test_each_is_found(void **state)
{
	struct open_count counts[ALL];

	(void)state;

	memcpy(counts, all, sizeof(counts));
	open_counts_sort(counts, ALL);
	for (size_t i = 0; i < ALL; i++) {
		const struct open_count *found =
			open_counts_find(counts, ALL, &all[i]);

		assert_non_null(found);
		assert_int_equal(found->opens, all[i].opens);
	}
}

static void test_another_is_not_found(void **state)
{
	struct open_count counts[ALL];
	const struct open_count key = {.owner = OWNER(7, 0, 3), .user = SID(1)};

	(void)state;

	memcpy(counts, all, sizeof(counts));
	open_counts_sort(counts, ALL);
	assert_null(open_counts_find(counts, ALL, &key));
	open_counts_sort(NULL, 0);
	assert_null(open_counts_find(NULL, 0, &key));
}

/* Sessions of the same user and smbd share a count. */
static void test_of_equal_ones_the_same_is_found(void **state)
{
	struct open_count counts[] = {all[0], all[1], all[1], all[1], all[4]};
	struct open_count *found = NULL;

	(void)state;

	open_counts_sort(counts, 5);
	found = open_counts_find(counts, 5, &all[1]);
	assert_non_null(found);
	found->opens = 99;
	for (size_t i = 0; i < 3; i++) {
		assert_ptr_equal(open_counts_find(counts, 5, &all[1]), found);
	}
}

/* What an open adds to: the number in .opens of that count, or 0. */
static const struct {
	const char *name;
	struct open_count open;
	uint32_t added_to;
} adds[] = {
	{"its user's, on an smbd of several users",
	 {.owner = OWNER(7, 0, 1), .user = SID(2)},
	 1},
	{"nobody's, there", {.owner = OWNER(7, 0, 1), .user = SID(3)}, 0},
	{"its smbd's, where one user is", {.owner = OWNER(8, 0, 1)}, 7},
	{"the same, in another user's name",
	 {.owner = OWNER(8, 0, 1), .user = SID(3)},
	 7},
	{"another smbd's", {.owner = OWNER(8, 0, 2), .user = SID(1)}, 0},
	{"its session's",
	 {.session = 7, .owner = OWNER(8, 0, 1), .user = SID(1)},
	 8},
	{"a session's that is not listed",
	 {.session = 6, .owner = OWNER(8, 0, 1), .user = SID(1)},
	 0},
};

static void test_open_adds_to_one_count(void **state)
{
	struct open_count counts[ALL];

	(void)state;

	memcpy(counts, all, sizeof(counts));
	open_counts_sort(counts, ALL);
	for (size_t i = 0; i < sizeof(adds) / sizeof(adds[0]); i++) {
		const struct open_count *count =
			open_counts_of(counts, ALL, &adds[i].open);
		const uint32_t added_to = count != NULL ? count->opens : 0;

		if (added_to != adds[i].added_to) {
			fail_msg("%s: %u", adds[i].name, (unsigned)added_to);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_is_found),
		cmocka_unit_test(test_another_is_not_found),
		cmocka_unit_test(test_of_equal_ones_the_same_is_found),
		cmocka_unit_test(test_open_adds_to_one_count),
	};
	struct table table = {.count = 0};

	TABLE_ADD_TESTS(&table, tests);
	return table_run(&table, "open_count");
}
