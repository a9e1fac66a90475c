/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/session/child/message.c: values come out as put, in bounds.
 */

#include "source/common/samba_types.h"

#include "tests/unit/table.h"

#include <stdlib.h>
#include <string.h>

#include "source/session/child/message.h"

#include "lib/util/byteorder.h"

#define TYPE 1001

/* What is put into a message and got from it again. */
struct pair_case {
	const char *name;
	void (*put)(struct message *message);
	/* asserts the values as long as the message is not bad */
	void (*get)(struct message *message);
};

static void put_numbers(struct message *message)
{
	message_put_u32(message, 0);
	message_put_u32(message, UINT32_MAX);
	message_put_u32(message, 0x01020304);
	message_put_u64(message, 0);
	message_put_u64(message, UINT64_MAX);
	message_put_u64(message, 0x0102030405060708);
}

static void get_numbers(struct message *message)
{
	assert_int_equal(message_get_u32(message), 0);
	assert_int_equal(message_get_u32(message), UINT32_MAX);
	assert_int_equal(message_get_u32(message), 0x01020304);
	assert_true(message_get_u64(message) == 0);
	assert_true(message_get_u64(message) == UINT64_MAX);
	assert_true(message_get_u64(message) == 0x0102030405060708);
}

static const uint8_t octets[] = {0, 1, 0xff, 0};

static void put_octets(struct message *message)
{
	message_put_bytes(message, octets, sizeof(octets));
	message_put_bytes(message, octets, 0);
}

static void get_octets(struct message *message)
{
	uint8_t got[sizeof(octets)];

	message_get_bytes(message, got, sizeof(got));
	message_get_bytes(message, got, 0);
	assert_memory_equal(got, octets, sizeof(octets));
}

static void put_strings(struct message *message)
{
	message_put_string(message, "");
	message_put_string(message, "Ольга");
	message_put_string(message, "\\\\10.0.0.7");
}

static void get_strings(struct message *message)
{
	assert_string_equal(message_get_string(message), "");
	assert_string_equal(message_get_string(message), "Ольга");
	assert_string_equal(message_get_string(message), "\\\\10.0.0.7");
}

static const struct server_id some_id = {
	.pid = 0x123456789a,
	.task_id = 7,
	.vnn = NONCLUSTER_VNN,
	.unique_id = 0xfedcba9876543210,
};

static void put_server_ids(struct message *message)
{
	message_put_server_id(message, &some_id);
}

static void get_server_ids(struct message *message)
{
	const struct server_id got = message_get_server_id(message);

	assert_true(got.pid == some_id.pid);
	assert_int_equal(got.task_id, some_id.task_id);
	assert_int_equal(got.vnn, some_id.vnn);
	assert_true(got.unique_id == some_id.unique_id);
}

/* As many parts as a SID can have. */
static struct dom_sid longest_sid(void)
{
	struct dom_sid sid = {
		.sid_rev_num = 1,
		.num_auths = ARRAY_SIZE(sid.sub_auths),
		.id_auth = {1, 2, 3, 4, 5, 6},
	};

	for (size_t i = 0; i < ARRAY_SIZE(sid.sub_auths); i++) {
		sid.sub_auths[i] = UINT32_MAX - i;
	}
	return sid;
}

static const struct dom_sid no_sid = {.sid_rev_num = 0};

static void put_sids(struct message *message)
{
	const struct dom_sid longest = longest_sid();

	message_put_sid(message, &longest);
	message_put_sid(message, &no_sid);
}

static void get_sids(struct message *message)
{
	const struct dom_sid longest = longest_sid();
	struct dom_sid got = message_get_sid(message);

	assert_memory_equal(&got, &longest, sizeof(got));
	got = message_get_sid(message);
	assert_memory_equal(&got, &no_sid, sizeof(got));
}

static const struct pair_case pair_cases[] = {
	{"numbers", put_numbers, get_numbers},
	{"bytes", put_octets, get_octets},
	{"strings", put_strings, get_strings},
	{"server ids", put_server_ids, get_server_ids},
	{"SIDs", put_sids, get_sids},
};

static uint8_t buffer[MESSAGE_MAX];

static struct message put_case(const struct pair_case *c)
{
	struct message message = message_begin(buffer, TYPE);

	c->put(&message);
	assert_true(message_finish(&message));
	return message;
}

/* A copy of its exact size, so that a sanitizer sees what is read beyond. */
static struct message receive(const uint8_t *data, size_t length)
{
	uint8_t *copy = malloc(length);
	uint32_t type;
	struct message message;

	assert_non_null(copy);
	memcpy(copy, data, length);
	message = message_received(copy, length, &type);
	assert_int_equal(type, TYPE);
	return message;
}

static void test_pair(void **state)
{
	const struct pair_case *c = *state;
	const struct message sent = put_case(c);
	struct message got = receive(sent.data, sent.length);
	size_t length;

	assert_true(message_length(sent.data, sent.length, &length));
	assert_int_equal(length, sent.length);
	c->get(&got);
	assert_false(got.bad);
	assert_int_equal(got.at, got.length);
	free(got.data);
}

/* The values of a message that is cut anywhere, until the first that is not
 * there. */
static void get_all_kinds(struct message *message)
{
	uint8_t octet = 1;

	while (!message->bad) {
		(void)message_get_u32(message);
		message_get_bytes(message, &octet, 1);
		(void)message_get_string(message);
	}
	assert_int_equal(message_get_u32(message), 0);
	assert_true(message_get_u64(message) == 0);
	message_get_bytes(message, &octet, 1);
	assert_int_equal(octet, 0);
	assert_string_equal(message_get_string(message), "");
	assert_int_equal(message_get_server_id(message).pid, 0);
	assert_int_equal(message_get_sid(message).num_auths, 0);
}

static void test_cut_message_is_bad(void **state)
{
	const struct pair_case *c = *state;
	const struct message sent = put_case(c);

	for (size_t len = MESSAGE_HEADER; len < sent.length; len++) {
		struct message got = receive(sent.data, len);

		get_all_kinds(&got);
		assert_true(got.bad);
		assert_true(got.at >= MESSAGE_HEADER);
		assert_true(got.at <= got.length);
		free(got.data);
	}
}

static void test_bytes_that_are_not_there_make_it_bad(void **state)
{
	struct message sent = message_begin(buffer, TYPE);
	struct message got;
	uint8_t octet;

	(void)state;

	assert_true(message_finish(&sent));
	got = receive(sent.data, sent.length);
	message_get_bytes(&got, &octet, 1);
	assert_true(got.bad);
	free(got.data);
}

/* Fill a message up to so many bytes. */
static struct message filled_to(size_t length)
{
	static const uint8_t zeros[MESSAGE_MAX];
	struct message message = message_begin(buffer, TYPE);

	message_put_bytes(&message, zeros, length - MESSAGE_HEADER);
	assert_false(message.bad);
	assert_int_equal(message.length, length);
	return message;
}

static void test_what_does_not_fit_makes_it_bad(void **state)
{
	const struct pair_case *c = *state;
	const size_t needed = put_case(c).length - MESSAGE_HEADER;
	struct message message = filled_to(MESSAGE_MAX - needed);

	c->put(&message);
	assert_false(message.bad);
	assert_int_equal(message.length, MESSAGE_MAX);
	assert_true(message_finish(&message));

	message = filled_to(MESSAGE_MAX - needed + 1);
	c->put(&message);
	assert_true(message.bad);
	assert_true(message.length >= MESSAGE_HEADER);
	assert_true(message.length <= MESSAGE_MAX);
	assert_false(message_finish(&message));
}

static void test_nothing_is_put_into_a_bad_message(void **state)
{
	struct message message = filled_to(MESSAGE_MAX - 2);

	(void)state;
	message_put_u32(&message, 1);
	assert_true(message.bad);
	message_put_string(&message, "");
	assert_int_equal(message.length, MESSAGE_MAX - 2);
	assert_false(message_finish(&message));
}

static void test_length_that_wraps_around_does_not_fit(void **state)
{
	struct message message = filled_to(MESSAGE_MAX);
	uint8_t octet;

	(void)state;
	message_put_bytes(&message, &octet, SIZE_MAX);
	assert_true(message.bad);
}

static void test_string_without_its_end_is_bad(void **state)
{
	struct message message = message_begin(buffer, TYPE);
	struct message got;

	(void)state;
	message_put_bytes(&message, "alice", strlen("alice"));
	got = receive(message.data, message.length);
	assert_string_equal(message_get_string(&got), "");
	assert_true(got.bad);
	free(got.data);
}

struct sid_case {
	const char *name;
	uint32_t num_auths;
	bool bad;
};

static const struct sid_case sid_cases[] = {
	{"a SID of no parts", 0, false},
	{"a SID of 15 parts", 15, false},
	{"a SID of 16 parts", 16, true},
	{"a SID of 127 parts", 127, true},
	{"a SID of a negative number of parts", 128, true},
	{"a SID of -1 parts", UINT32_MAX, true},
	{"a SID of more parts than a byte counts", 256 + 5, true},
};

static void test_sid_has_no_more_parts_than_fit(void **state)
{
	const struct sid_case *c = *state;
	const struct dom_sid sid = longest_sid();
	struct message message = message_begin(buffer, TYPE);
	struct message got;

	message_put_sid(&message, &sid);
	/* behind the revision */
	RSIVAL(message.data, MESSAGE_HEADER + 4, c->num_auths);
	got = receive(message.data, message.length);
	assert_int_equal(message_get_sid(&got).num_auths,
			 c->bad ? 0 : c->num_auths);
	assert_int_equal(got.bad, c->bad);
	free(got.data);
}

struct length_case {
	const char *name;
	uint32_t length;
	size_t got;
	bool valid;
	size_t said;
};

static const struct length_case length_cases[] = {
	{"of nothing yet", 100, 0, true, 0},
	{"of half a header", 100, 7, true, 0},
	{"of a header", 100, 8, true, 100},
	{"of more than a header", 100, 9, true, 100},
	{"of an empty message", 8, 8, true, 8},
	{"of the longest message", MESSAGE_MAX, 8, true, MESSAGE_MAX},
	{"of none", 0, 8, false, 0},
	{"shorter than a header", 7, 8, false, 7},
	{"longer than the longest", MESSAGE_MAX + 1, 8, false, MESSAGE_MAX + 1},
	{"of all bits", UINT32_MAX, 8, false, UINT32_MAX},
};

static void test_length(void **state)
{
	const struct length_case *c = *state;
	uint8_t header[MESSAGE_HEADER] = {0};
	uint8_t *data = malloc(c->got);
	size_t length = 1;

	RSIVAL(header, 0, c->length);
	memcpy(data, header, MIN(c->got, sizeof(header)));
	assert_int_equal(message_length(data, c->got, &length), c->valid);
	assert_int_equal(length, c->said);
	free(data);
}

static const struct CMUnitTest properties[] = {
	cmocka_unit_test(test_nothing_is_put_into_a_bad_message),
	cmocka_unit_test(test_bytes_that_are_not_there_make_it_bad),
	cmocka_unit_test(test_length_that_wraps_around_does_not_fit),
	cmocka_unit_test(test_string_without_its_end_is_bad),
};

int main(void)
{
	struct table table = {.count = 0};

	TABLE_ADD(&table, pair_cases, test_pair);
	TABLE_ADD(&table, pair_cases, test_cut_message_is_bad);
	TABLE_ADD(&table, pair_cases, test_what_does_not_fit_makes_it_bad);
	TABLE_ADD(&table, sid_cases, test_sid_has_no_more_parts_than_fit);
	TABLE_ADD(&table, length_cases, test_length);
	TABLE_ADD_TESTS(&table, properties);
	return table_run(&table, "message");
}
