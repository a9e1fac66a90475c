/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/session/find/smbd_users.c: has one user an smbd to itself? */

#include "replace.h"

#include "tests/unit/table.h"

#include "source/session/find/smbd_users.h"

#define SMBD(pid_)                                         \
	{                                                  \
		.pid = (pid_), .unique_id = 70000 + (pid_) \
	}
#define USER(rid)                                                       \
	{                                                               \
		.sid_rev_num = 1, .num_auths = 1, .sub_auths = {(rid) } \
	}

static const struct smbd_user sessions[] = {
	{.smbd = SMBD(3), .user = USER(1)},
	{.smbd = SMBD(1), .user = USER(1)},
	{.smbd = SMBD(2), .user = USER(1)},
	{.smbd = SMBD(3), .user = USER(2)},
	{.smbd = SMBD(1), .user = USER(1)},
	{.smbd = SMBD(3), .user = USER(1)},
};

#define SESSIONS (sizeof(sessions) / sizeof(sessions[0]))

static size_t unite(struct smbd_user list[SESSIONS])
{
	memcpy(list, sessions, sizeof(sessions));
	return smbd_users_unite(list, SESSIONS);
}

static bool is_shared(struct smbd_user *list, size_t num, pid_t pid)
{
	const struct server_id smbd = SMBD(pid);
	const struct smbd_user *of = smbd_users_find(list, num, &smbd);

	assert_non_null(of);
	return of->shared;
}

static void test_each_smbd_is_there_once(void **state)
{
	const struct server_id unknown = SMBD(4);
	struct smbd_user list[SESSIONS];

	(void)state;

	assert_int_equal(unite(list), 3);
	assert_false(is_shared(list, 3, 1));
	assert_false(is_shared(list, 3, 2));
	assert_true(is_shared(list, 3, 3));
	assert_null(smbd_users_find(list, 3, &unknown));
	assert_int_equal(smbd_users_unite(NULL, 0), 0);
	assert_null(smbd_users_find(NULL, 0, &unknown));
}

static void test_another_session_can_be_another_users(void **state)
{
	const struct server_id first = SMBD(1), second = SMBD(2),
			       unknown = SMBD(4);
	const struct dom_sid same = USER(1), other = USER(2);
	struct smbd_user list[SESSIONS];
	const size_t num = unite(list);

	(void)state;

	smbd_users_add(list, num, &first, &same);
	smbd_users_add(list, num, &unknown, &other);
	assert_false(is_shared(list, num, 1));
	smbd_users_add(list, num, &second, &other);
	smbd_users_add(list, num, &second, &same);
	assert_true(is_shared(list, num, 2));
	assert_false(is_shared(list, num, 1));
}

static void test_record_without_the_unique_id_is_of_another_smbd(void **state)
{
	/* a channel, and 70002, little-endian */
	uint8_t bytes[] =
		{'i', 'p', 'v', '6', ':', 9, 0x72, 0x11, 1, 0, 0, 0, 0, 0, 9};
	const TDB_DATA record = {.dptr = bytes, .dsize = sizeof(bytes)};
	struct smbd_user list[SESSIONS];
	const size_t num = unite(list);

	(void)state;

	assert_true(smbd_users_may_have(list, num, record));
	bytes[6] = 0x79;
	assert_false(smbd_users_may_have(list, num, record));
	assert_false(smbd_users_may_have(NULL, 0, record));
	bytes[3] = '4';
	assert_false(smbd_users_may_have(list, num, record));
}

static void test_record_without_a_channel_is_of_any_smbd(void **state)
{
	uint8_t bytes[] = {'i', 'p', 'v', '5', ':'};
	const TDB_DATA record = {.dptr = bytes, .dsize = sizeof(bytes)};
	struct smbd_user list[SESSIONS];
	const size_t num = unite(list);

	(void)state;

	assert_true(smbd_users_may_have(list, num, record));
	assert_false(smbd_users_may_have(NULL, 0, record));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_smbd_is_there_once),
		cmocka_unit_test(test_another_session_can_be_another_users),
		cmocka_unit_test(
			test_record_without_the_unique_id_is_of_another_smbd),
		cmocka_unit_test(test_record_without_a_channel_is_of_any_smbd),
	};
	struct table table = {.count = 0};

	TABLE_ADD_TESTS(&table, tests);
	return table_run(&table, "smbd_users");
}
