/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/session/child/message_target.c: a session comes out as put.
 */

#include "source/common/samba_types.h"

#include "tests/unit/table.h"

#include <stdlib.h>
#include <string.h>

#include "libcli/security/dom_sid.h"
#include "source/session/child/message.h"
#include "source/session/child/message_target.h"

static uint8_t buffer[MESSAGE_MAX];

static const struct session_target sent = {
	.key =
		{
			.global_id = 0x12345678,
			.wire_id = 0x123456789abcdef0,
			.creation_time = 0x0fedcba987654321,
		},
	.version = SMBXSRV_VERSION_CURRENT,
	.owner = {.pid = 0x123456789a, .task_id = 7, .vnn = 3, .unique_id = 9},
	.user_sid = {.sid_rev_num = 1,
		     .num_auths = 2,
		     .id_auth = {0, 0, 0, 0, 0, 5},
		     .sub_auths = {32, 544}},
	.user = "TESTBED\\Ольга",
	.client = "ipv4:10.0.0.7:49152",
	.like_caller = true,
	.fate = SESSION_OWN,
};

static struct message put(const struct session_target *target)
{
	struct message message = message_begin(buffer, 1);

	message_put_target(&message, target);
	assert_false(message.bad);
	return message;
}

/* What comes out of the first len bytes; *message owns them. */
static struct session_target get(size_t len, struct message *message)
{
	uint8_t *copy = malloc(len);
	uint32_t type;

	assert_non_null(copy);
	memcpy(copy, buffer, len);
	*message = message_received(copy, len, &type);
	return message_get_target(message);
}

static void test_all_of_a_session_comes_out(void **state)
{
	struct message message;
	const struct session_target got = get(put(&sent).length, &message);

	(void)state;
	assert_false(message.bad);
	assert_int_equal(message.at, message.length);
	assert_int_equal(got.key.global_id, sent.key.global_id);
	assert_true(got.key.wire_id == sent.key.wire_id);
	assert_true(got.key.creation_time == sent.key.creation_time);
	assert_int_equal(got.version, sent.version);
	assert_memory_equal(&got.owner, &sent.owner, sizeof(sent.owner));
	assert_true(dom_sid_equal(&got.user_sid, &sent.user_sid));
	assert_string_equal(got.user, sent.user);
	assert_string_equal(got.client, sent.client);
	assert_true(got.like_caller);
	assert_int_equal(got.fate, SESSION_OWN);
	free(message.data);
}

static void test_other_fates_are_not_asked(void **state)
{
	struct session_target asked = sent;
	struct message message;

	(void)state;
	asked.fate = SESSION_ASKED;
	assert_int_equal(get(put(&asked).length, &message).fate,
			 SESSION_NOT_ASKED);
	free(message.data);
}

static void test_cut_session_makes_the_message_bad(void **state)
{
	const size_t whole = put(&sent).length;

	(void)state;
	for (size_t len = MESSAGE_HEADER; len < whole; len++) {
		struct message message;

		(void)get(len, &message);
		assert_true(message.bad);
		free(message.data);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_all_of_a_session_comes_out),
	cmocka_unit_test(test_other_fates_are_not_asked),
	cmocka_unit_test(test_cut_session_makes_the_message_bad),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
