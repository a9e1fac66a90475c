/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/session/close/target_fates.c: what a child says of fates. */

#include "source/common/samba_types.h"

#include "tests/unit/table.h"

#include <stdlib.h>
#include <string.h>

#include "source/session/close/target_fates.h"

/* More than two messages' worth, and not a whole number of bytes. */
#define MANY (2 * FATE_CHANGES_MAX + 3)

/* No fate: a target behind the last one has it. */
#define UNTOUCHED ((enum session_fate)77)

static uint8_t buffer[MESSAGE_MAX];

static struct session_targets make_targets(size_t num, enum session_fate fate)
{
	struct session_targets targets = {
		.list = calloc(num + 1, sizeof(*targets.list)),
		.num = num,
	};

	assert_non_null(targets.list);
	for (size_t i = 0; i < num; i++) {
		targets.list[i].fate = fate;
	}
	targets.list[num].fate = UNTOUCHED;
	return targets;
}

static void assert_bounds(const struct session_targets *targets)
{
	assert_int_equal(targets->list[targets->num].fate, UNTOUCHED);
	for (size_t i = 0; i < targets->num; i++) {
		assert_true(targets->list[i].fate <= SESSION_OWN);
	}
}

/* Each fate on each place within a byte. */
static enum session_fate fate_of(size_t i)
{
	return (enum session_fate)((i + i / 5) % (SESSION_OWN + 1));
}

static struct session_targets make_mixed(size_t num)
{
	struct session_targets targets = make_targets(num, SESSION_NOT_ASKED);

	for (size_t i = 0; i < num; i++) {
		targets.list[i].fate = fate_of(i);
	}
	return targets;
}

static struct message begin(void)
{
	return message_begin(buffer, 1);
}

/* A copy of its exact size, so that a sanitizer sees what is read beyond. */
static struct message receive(const struct message *sent, size_t length)
{
	uint8_t *copy = malloc(length);
	uint32_t type;

	assert_false(sent->bad);
	assert_non_null(copy);
	memcpy(copy, sent->data, length);
	return message_received(copy, length, &type);
}

struct num_case {
	const char *name;
	size_t num;
};

static const struct num_case num_cases[] = {
	{"no target", 0},
	{"1 target", 1},
	{"3 targets", 3},
	{"4 targets", 4},
	{"5 targets", 5},
	{"25 targets", 25},
	{"many targets", MANY},
};

static void test_fates_arrive(void **state)
{
	const struct num_case *c = *state;
	struct session_targets sent = make_mixed(c->num);
	struct session_targets got = make_targets(c->num, SESSION_OWN);
	struct message message = begin();

	target_fates_put(&message, &sent);
	assert_int_equal(message.length, MESSAGE_HEADER + 4 + (c->num + 3) / 4);
	message = receive(&message, message.length);
	target_fates_get(&message, &got);
	assert_false(message.bad);
	assert_int_equal(message.at, message.length);
	for (size_t i = 0; i < c->num; i++) {
		const enum session_fate fate = sent.list[i].fate;

		assert_int_equal(got.list[i].fate,
				 fate == SESSION_OWNER_DIED ? SESSION_GONE
							    : fate);
	}
	assert_bounds(&got);
	free(message.data);
	free(sent.list);
	free(got.list);
}

static void test_cut_fates_are_bad(void **state)
{
	struct session_targets sent = make_mixed(9);
	struct session_targets got = make_targets(9, SESSION_OWN);
	struct message message = begin();

	(void)state;

	target_fates_put(&message, &sent);
	for (size_t len = MESSAGE_HEADER; len < message.length; len++) {
		struct message cut = receive(&message, len);

		target_fates_get(&cut, &got);
		assert_true(cut.bad);
		assert_bounds(&got);
		free(cut.data);
	}
	free(sent.list);
	free(got.list);
}

static void test_fates_of_other_targets_are_bad(void **state)
{
	struct session_targets sent = make_targets(9, SESSION_GONE);

	(void)state;

	for (size_t num = 0; num < 14; num++) {
		struct session_targets got = make_targets(num, SESSION_OWN);
		struct message message = begin();

		target_fates_put(&message, &sent);
		message = receive(&message, message.length);
		target_fates_get(&message, &got);
		assert_int_equal(message.bad, num != sent.num);
		if (message.bad && num > 0) {
			assert_int_equal(got.list[0].fate, SESSION_OWN);
		}
		assert_bounds(&got);
		free(message.data);
		free(got.list);
	}
	free(sent.list);
}

/* How many messages all changes take. */
static size_t send_changes(const struct session_targets *targets,
			   uint8_t *known,
			   struct session_targets *receiver)
{
	struct message message = begin();
	size_t num = 0;

	while (target_fates_put_changes(&message, targets, known)) {
		message = receive(&message, message.length);
		target_fates_get_changes(&message, receiver);
		assert_false(message.bad);
		assert_int_equal(message.at, message.length);
		free(message.data);
		message = begin();
		num++;
	}
	assert_int_equal(message.length, MESSAGE_HEADER);
	return num;
}

static void test_changes_arrive(void **state)
{
	const struct num_case *c = *state;
	struct session_targets sent = make_mixed(c->num);
	struct session_targets got = make_targets(c->num, SESSION_NOT_ASKED);
	uint8_t *known = calloc(c->num + 1, 1);

	assert_non_null(known);
	(void)send_changes(&sent, known, &got);
	for (size_t i = 0; i < c->num; i++) {
		assert_int_equal(got.list[i].fate, fate_of(i));
	}
	assert_bounds(&got);
	assert_int_equal(known[c->num], 0);
	assert_int_equal(send_changes(&sent, known, &got), 0);
	free(known);
	free(sent.list);
	free(got.list);
}

static void test_only_changes_are_sent(void **state)
{
	struct session_targets sent = make_targets(MANY, SESSION_ASKED);
	struct session_targets got = make_targets(MANY, SESSION_ASKED);
	uint8_t known[MANY];
	struct message message = begin();

	(void)state;

	memset(known, SESSION_ASKED, sizeof(known));
	sent.list[7].fate = SESSION_GONE;
	sent.list[MANY - 1].fate = SESSION_OWNER_DIED;
	assert_true(target_fates_put_changes(&message, &sent, known));
	assert_int_equal(message.length, MESSAGE_HEADER + 2 * 8);

	/* all others are sent now, in as many messages as they need */
	for (size_t i = 0; i < MANY; i++) {
		sent.list[i].fate = SESSION_OWNER_DIED;
	}
	got.list[MANY - 1].fate = SESSION_OWN;
	assert_int_equal(send_changes(&sent, known, &got), 3);
	assert_int_equal(got.list[7].fate, SESSION_OWNER_DIED);
	assert_int_equal(got.list[MANY - 2].fate, SESSION_OWNER_DIED);
	assert_int_equal(got.list[MANY - 1].fate, SESSION_OWN);
	assert_bounds(&got);
	free(sent.list);
	free(got.list);
}

struct change_case {
	const char *name;
	uint32_t i;
	uint32_t fate;
	bool bad;
};

static const struct change_case change_cases[] = {
	{"the last target", 4, SESSION_GONE, false},
	{"the last fate", 0, SESSION_OWN, false},
	{"a target behind the last", 5, SESSION_GONE, true},
	{"a target of all bits", UINT32_MAX, SESSION_GONE, true},
	{"a fate behind the last", 0, SESSION_OWN + 1, true},
	{"a fate of all bits", 0, UINT32_MAX, true},
	{"a fate that is known in a byte", 0, 256 + SESSION_GONE, true},
};

static void test_unknown_change_is_bad(void **state)
{
	const struct change_case *c = *state;
	struct session_targets got = make_targets(5, SESSION_ASKED);
	struct message message = begin();

	message_put_u32(&message, c->i);
	message_put_u32(&message, c->fate);
	/* is not looked at behind a bad one */
	message_put_u32(&message, 1);
	message_put_u32(&message, SESSION_GONE);
	message = receive(&message, message.length);
	target_fates_get_changes(&message, &got);
	assert_int_equal(message.bad, c->bad);
	assert_int_equal(got.list[1].fate,
			 c->bad ? SESSION_ASKED : SESSION_GONE);
	assert_bounds(&got);
	for (size_t i = 0; i < got.num; i++) {
		if (c->bad) {
			assert_int_equal(got.list[i].fate, SESSION_ASKED);
		} else if (i == c->i) {
			assert_int_equal(got.list[i].fate, c->fate);
		}
	}
	free(message.data);
	free(got.list);
}

/* A change that is cut short leaves its target unchanged. */
static void test_cut_change_is_bad(void **state)
{
	struct message message = begin();

	(void)state;

	for (uint32_t i = 0; i < 3; i++) {
		message_put_u32(&message, i);
		message_put_u32(&message, SESSION_GONE);
	}
	for (size_t len = MESSAGE_HEADER; len <= message.length; len++) {
		const size_t whole = (len - MESSAGE_HEADER) / 8;
		struct session_targets got = make_targets(3, SESSION_ASKED);
		struct message cut = receive(&message, len);

		target_fates_get_changes(&cut, &got);
		assert_int_equal(cut.bad, len % 8 != 0);
		for (size_t i = 0; i < got.num; i++) {
			assert_int_equal(got.list[i].fate,
					 i < whole ? SESSION_GONE
						   : SESSION_ASKED);
		}
		assert_bounds(&got);
		free(cut.data);
		free(got.list);
	}
}

static const struct CMUnitTest properties[] = {
	cmocka_unit_test(test_cut_fates_are_bad),
	cmocka_unit_test(test_fates_of_other_targets_are_bad),
	cmocka_unit_test(test_only_changes_are_sent),
	cmocka_unit_test(test_cut_change_is_bad),
};

int main(void)
{
	struct table table = {.count = 0};

	TABLE_ADD(&table, num_cases, test_fates_arrive);
	TABLE_ADD(&table, num_cases, test_changes_arrive);
	TABLE_ADD(&table, change_cases, test_unknown_change_is_bad);
	TABLE_ADD_TESTS(&table, properties);
	return table_run(&table, "target_fates");
}
