/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of source/session/find/session_find_local.c: which target is the
 * caller's own session? See docs/architecture.md.
 */

#include "source/common/samba_types.h"

#include "tests/unit/table.h"
#include "tests/unit/record.h"
#include "tests/unit/record_walk.h"

#define CALLERS_CONNECTION "ipv4:10.0.0.7:49152"

static const struct session_scope scope = {
	.domain = "FS1",
	.caller =
		{
			.token = {.time_low = 1},
			.user = {.sid_rev_num = 1,
				 .num_auths = 1,
				 .sub_auths = {7}},
			.address = CALLERS_CONNECTION,
		},
};

static struct record record_of(uint32_t id, uint32_t token)
{
	return (struct record){
		.id = id,
		.authenticated = true,
		.token = {.time_low = token},
		.rid = 7,
		.account = "alice",
		.domain = "FS1",
		.channels =
			{
				{CALLERS_CONNECTION, "10.0.0.7"},
				{"ipv4:10.0.1.7:49153", "10.0.1.7"},
			},
		.num_channels = 1,
	};
}

static enum session_fate fate_of(const struct session_targets *targets,
				 uint32_t id)
{
	for (size_t i = 0; i < targets->num; i++) {
		if (targets->list[i].key.global_id == id) {
			return targets->list[i].fate;
		}
	}
	fail_msg("no target %u", id);
	return SESSION_GONE;
}

/*
 * The targets of a query for alice at a client, among a session of another
 * client, one with the token given, and one with two channels, in this order.
 */
static struct session_targets find(TALLOC_CTX *mem_ctx,
				   const char *client,
				   uint32_t token)
{
	struct record records[] = {
		record_of(1, 11),
		record_of(2, token),
		record_of(3, 13),
	};
	struct session_table table = {.num = ARRAY_SIZE(records)};
	struct session_query query;

	records[0].channels[0] = (struct record_channel){
		"ipv4:10.0.2.7:49152",
		"10.0.2.7",
	};
	records[2].num_channels = 2;
	for (size_t i = 0; i < table.num; i++) {
		table.records[i] = record_encode(mem_ctx, &records[i]);
	}
	assert_true(W_ERROR_IS_OK(
		session_query_parse(mem_ctx, client, "alice", &query)));
	return find_targets(mem_ctx, &table, &query, &scope, false);
}

static void test_own_session_has_the_token(void **state)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	const struct session_targets targets = find(frame, "10.0.0.7", 1);

	(void)state;

	assert_int_equal(targets.num, 2);
	assert_int_equal(fate_of(&targets, 2), SESSION_OWN);
	assert_int_equal(fate_of(&targets, 3), SESSION_NOT_ASKED);
	talloc_free(frame);
}

/* It may be any that is like it. */
static void test_token_is_nowhere(void **state)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	const struct session_targets targets = find(frame, "10.0.0.7", 12);

	(void)state;

	assert_int_equal(targets.num, 2);
	assert_int_equal(fate_of(&targets, 2), SESSION_OWN);
	assert_int_equal(fate_of(&targets, 3), SESSION_OWN);
	talloc_free(frame);
}

/* The own session is no target, and the first walk need not have seen it. */
static void test_token_is_on_another_session(void **state)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	const struct session_targets targets = find(frame, "10.0.1.7", 1);

	(void)state;

	assert_int_equal(targets.num, 1);
	assert_int_equal(fate_of(&targets, 3), SESSION_NOT_ASKED);
	talloc_free(frame);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_own_session_has_the_token),
	cmocka_unit_test(test_token_is_nowhere),
	cmocka_unit_test(test_token_is_on_another_session),
};

int main(void)
{
	static struct table table;

	TABLE_ADD_TESTS(&table, tests);
	return table_run(&table, "session_find");
}
