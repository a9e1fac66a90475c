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
};

#define ALL (sizeof(all) / sizeof(all[0]))

static void test_each_is_found(void **state)
{
	struct open_count counts[ALL];

	(void)state;

	memcpy(counts, all, sizeof(counts));
	open_counts_sort(counts, ALL);
	for (size_t i = 0; i < ALL; i++) {
		const struct open_count *found = open_counts_find(counts,
								  ALL,
								  &all[i].owner,
								  &all[i].user);

		assert_non_null(found);
		assert_int_equal(found->opens, all[i].opens);
	}
}

static void test_another_is_not_found(void **state)
{
	struct open_count counts[ALL];
	const struct server_id owner = OWNER(7, 0, 3);
	const struct dom_sid user = SID(1);

	(void)state;

	memcpy(counts, all, sizeof(counts));
	open_counts_sort(counts, ALL);
	assert_null(open_counts_find(counts, ALL, &owner, &user));
	open_counts_sort(NULL, 0);
	assert_null(open_counts_find(NULL, 0, &owner, &user));
}

/* Sessions of the same user and smbd share a count. */
static void test_of_equal_ones_the_same_is_found(void **state)
{
	struct open_count counts[] = {all[0], all[1], all[1], all[1], all[4]};
	struct open_count *found = NULL;

	(void)state;

	open_counts_sort(counts, 5);
	found = open_counts_find(counts, 5, &all[1].owner, &all[1].user);
	assert_non_null(found);
	found->opens = 99;
	for (size_t i = 0; i < 3; i++) {
		assert_ptr_equal(open_counts_find(counts,
						  5,
						  &all[1].owner,
						  &all[1].user),
				 found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_is_found),
		cmocka_unit_test(test_another_is_not_found),
		cmocka_unit_test(test_of_equal_ones_the_same_is_found),
	};
	struct table table = {.count = 0};

	TABLE_ADD_TESTS(&table, tests);
	return table_run(&table, "open_count");
}
