/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of source/session/find/session_list.c that the random records of
 * test_session_prefilter.c do not cover.
 */

#include "source/common/samba_types.h"

#include "tests/unit/table.h"
#include "tests/unit/record.h"
#include "tests/unit/record_walk.h"

#include "source/session/tcp/idle_time.h"

/* Replaces the question to the kernel: what it says of a client's port. */
static const struct {
	uint16_t port;
	uint32_t seconds;
} kernel[] = {{1, 10}, {2, 20}, {3, 30}, {5, 0}};

void idle_times_read(struct idle_time *times, size_t num)
{
	for (size_t i = 0; i < num; i++) {
		for (size_t j = 0; j < ARRAY_SIZE(kernel); j++) {
			if (times[i].connection.client.port == kernel[j].port) {
				times[i].known = true;
				times[i].seconds = kernel[j].seconds;
			}
		}
	}
}

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

struct idle_case {
	const char *name;
	struct record_channel channels[2];
	uint32_t vnn;
	uint32_t idle;
};

#define HERE NONCLUSTER_VNN

static const struct idle_case idle_cases[] = {
	{"one channel", {{"ipv4:10.0.0.7:2", ""}}, HERE, 20},
	{"the least of two channels, the first",
	 {{"ipv4:10.0.0.7:1", ""}, {"ipv4:10.0.0.7:3", ""}},
	 HERE,
	 10},
	{"the least of two channels, the second",
	 {{"ipv4:10.0.0.7:3", ""}, {"ipv6:fd00::7:2", ""}},
	 HERE,
	 20},
	{"0 is the least",
	 {{"ipv4:10.0.0.7:5", ""}, {"ipv4:10.0.0.7:3", ""}},
	 HERE,
	 0},
	{"the other channel's, if one is gone",
	 {{"ipv4:10.0.0.7:4", ""}, {"ipv4:10.0.0.7:3", ""}},
	 HERE,
	 30},
	{"0 if all are gone",
	 {{"ipv4:10.0.0.7:4", ""}, {"ipv4:10.0.0.7:6", ""}},
	 HERE,
	 0},
	{"0 without an address", {{"unix:", ""}}, HERE, 0},
	{"0 on another node", {{"ipv4:10.0.0.7:2", ""}}, 1, 0},
};

/* Beside others, whose idle times must not mix with it. */
static void test_idle_time(void **state)
{
	const struct idle_case *c = *state;
	const struct session_fields fields = {.idle = true};
	TALLOC_CTX *frame = talloc_new(NULL);
	struct session_table table = {.num = 3};
	struct session_list list;

	for (uint32_t i = 0; i < 3; i++) {
		struct record record = record_of(1 + i);

		record.owner.vnn = HERE;
		record.channels[0].address = "ipv4:10.0.0.7:1";
		if (i == 1) {
			memcpy(record.channels,
			       c->channels,
			       sizeof(c->channels));
			record.num_channels =
				c->channels[1].address != NULL ? 2 : 1;
			record.owner.vnn = c->vnn;
		}
		table.records[i] = record_encode(frame, &record);
	}
	assert_true(NT_STATUS_IS_OK(session_list_make(frame,
						      &table,
						      &everybody,
						      &scope,
						      fields,
						      &list)));
	assert_int_equal(list.num, 3);
	assert_int_equal(list.rows[0].idle, 10);
	assert_int_equal(list.rows[1].idle, c->idle);
	assert_int_equal(list.rows[2].idle, 10);
	talloc_free(frame);
}

static void test_idle_time_is_0_if_not_wanted(void **state)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct record record = record_of(1);
	struct session_table table = {.num = 1};
	struct session_list list;

	(void)state;

	record.owner.vnn = HERE;
	record.channels[0].address = "ipv4:10.0.0.7:1";
	table.records[0] = record_encode(frame, &record);
	list = make_list(frame, &table, &everybody, &scope, false);
	assert_int_equal(list.num, 1);
	assert_int_equal(list.rows[0].idle, 0);
	talloc_free(frame);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_idle_time_is_0_if_not_wanted),
	cmocka_unit_test(test_record_that_is_seen_twice_is_one_row),
};

int main(void)
{
	static struct table table;

	TABLE_ADD(&table, idle_cases, test_idle_time);
	TABLE_ADD_TESTS(&table, tests);
	return table_run(&table, "session_list");
}
