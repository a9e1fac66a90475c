/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of source/session/find/session_list.c that the random records of
 * test_session_prefilter.c do not cover.
 */

#include "source/common/samba_types.h"

#include "tests/unit/table.h"
#include "tests/unit/record.h"
#include "tests/unit/record_walk.h"

static const struct session_query everybody = {.user = {.whole = NULL}};
static const struct session_scope scope = {.domain = "FS1"};

static struct record record_of(uint32_t id)
{
	return (struct record){
		.id = id,
		.authenticated = true,
		.rid = id,
		.account = "alice",
		.domain = "FS1",
		.channels = {{"ipv4:10.0.0.7:49152", "10.0.0.7"}},
		.num_channels = 1,
	};
}

/* As on a cluster, where a record can move during the walk. */
static void test_record_that_is_seen_twice_is_one_row(void **state)
{
	static const uint32_t ids[] = {3, 1, 3, 2, 1, 3};
	TALLOC_CTX *frame = talloc_new(NULL);
	struct session_table table = {.num = ARRAY_SIZE(ids)};
	struct session_list list;

	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		const struct record record = record_of(ids[i]);

		table.records[i] = record_encode(frame, &record);
	}
	list = make_list(frame, &table, &everybody, &scope, false);
	assert_int_equal(list.num, 3);
	for (size_t i = 0; i < list.num; i++) {
		assert_int_equal(list.rows[i].id, i + 1);
	}
	talloc_free(frame);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_record_that_is_seen_twice_is_one_row),
};

int main(void)
{
	static struct table table;

	TABLE_ADD_TESTS(&table, tests);
	return table_run(&table, "session_list");
}
