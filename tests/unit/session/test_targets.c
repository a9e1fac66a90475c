/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/session/targets.c: each list owns its targets' names. */

#include "source/common/samba_types.h"

#include "tests/unit/table.h"

#include <string.h>

#include "source/session/targets.h"

/* Names that are overwritten as soon as the target is added. */
static void add(TALLOC_CTX *mem_ctx,
		struct session_targets *targets,
		uint32_t id,
		enum session_fate fate)
{
	char user[32];
	char client[32];
	const struct session_target target = {
		.key = {.global_id = id},
		.user = user,
		.client = client,
		.fate = fate,
	};

	snprintf(user, sizeof(user), "user%u", (unsigned int)id);
	snprintf(client, sizeof(client), "10.0.0.%u", (unsigned int)id);
	assert_true(session_targets_add(mem_ctx, targets, &target));
	memset(user, '?', sizeof(user));
	memset(client, '?', sizeof(client));
}

/* The list and two names for each target that was added to it. */
static void assert_owns_names(const struct session_targets *targets,
			      size_t added)
{
	assert_int_equal(talloc_total_blocks(targets->list), 1 + 2 * added);
}

static void assert_target(const struct session_targets *targets,
			  size_t i,
			  uint32_t id)
{
	const struct session_target *target = &targets->list[i];
	char user[32];
	char client[32];

	snprintf(user, sizeof(user), "user%u", (unsigned int)id);
	snprintf(client, sizeof(client), "10.0.0.%u", (unsigned int)id);
	assert_int_equal(target->key.global_id, id);
	assert_string_equal(target->user, user);
	assert_string_equal(target->client, client);
}

/* More than there is room for at first: the list moves. */
static void test_names_are_copied(void **state)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct session_targets targets = {.num = 0};

	(void)state;

	for (uint32_t id = 100; id > 0; id--) {
		add(frame, &targets, id, SESSION_NOT_ASKED);
	}
	add(frame, &targets, 50, SESSION_NOT_ASKED);
	session_targets_complete(&targets);
	assert_int_equal(targets.num, 100);
	assert_owns_names(&targets, 101);
	for (size_t i = 0; i < targets.num; i++) {
		assert_target(&targets, i, (uint32_t)i + 1);
	}
	talloc_free(frame);
}

/* A close after the answer outlives the call that found its targets. */
static void test_copy_outlives_the_original(void **state)
{
	TALLOC_CTX *call = talloc_new(NULL);
	TALLOC_CTX *later = talloc_new(NULL);
	struct session_targets targets = {.other_clients = true,
					  .caller_known = true};
	struct session_targets copy;

	(void)state;

	add(call, &targets, 1, SESSION_GONE);
	add(call, &targets, 2, SESSION_OWN);
	add(call, &targets, 3, SESSION_ASKED);
	add(call, &targets, 4, SESSION_OWN);
	assert_true(session_targets_copy(later, &targets, SESSION_OWN, &copy));
	assert_int_equal(copy.num, 2);
	assert_owns_names(&copy, 2);
	for (size_t i = 0; i < copy.num; i++) {
		const struct session_target *original =
			session_targets_get(&targets, &copy.list[i].key);

		assert_ptr_not_equal(copy.list[i].user, original->user);
		assert_ptr_not_equal(copy.list[i].client, original->client);
	}
	assert_true(talloc_is_parent(copy.list, later));
	talloc_free(call);
	assert_target(&copy, 0, 2);
	assert_target(&copy, 1, 4);
	assert_int_equal(copy.list[0].fate, SESSION_OWN);
	assert_true(copy.other_clients);
	assert_true(copy.caller_known);
	talloc_free(later);
}

static void test_copy_of_nothing_is_empty(void **state)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct session_targets targets = {.num = 0};
	struct session_targets copy = {.num = 7};
	const struct session_key key = {.global_id = 1};

	(void)state;

	add(frame, &targets, 1, SESSION_GONE);
	assert_true(session_targets_copy(frame, &targets, SESSION_OWN, &copy));
	assert_int_equal(copy.num, 0);
	assert_null(session_targets_get(&copy, &key));
	talloc_free(frame);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_are_copied),
		cmocka_unit_test(test_copy_outlives_the_original),
		cmocka_unit_test(test_copy_of_nothing_is_empty),
	};

	return cmocka_run_group_tests_name("targets", tests, NULL, NULL);
}
