/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/client/session_buffer.c: the structs of each level. */

#include "tests/unit/table.h"

#include "source/client/session_buffer.h"

/* Each field has a different value, so that a mix-up shows. */
static struct smbsession_info full = {
	.client = "\\\\10.0.0.7",
	.user = "alice",
	.client_type = "SMB 3.1.1",
	.transport = "\\Device\\NetbiosSmb",
	.time = 22,
	.idle_time = 33,
	.num_opens = 11,
	.user_flags = SESS_NOENCRYPTION,
};
static struct smbsession_info empty;

static uint8_t *make_buffer(uint32_t level)
{
	struct smbsession_list *list =
		talloc_zero(NULL, struct smbsession_list);
	struct smbsession_info entries[] = {full, empty};
	uint8_t *buffer = NULL;

	assert_non_null(list);
	list->count = 2;
	list->entries = talloc_memdup(list, entries, sizeof(entries));
	assert_true(session_buffer_has_level(level));
	buffer = session_buffer_new(list, level);
	assert_non_null(buffer);
	assert_ptr_equal(talloc_parent(list), buffer);
	return buffer;
}

/* The fields that levels 1, 2 and 502 begin with. */
#define ASSERT_DETAILS(info, n)                                               \
	do {                                                                  \
		assert_string_equal((info)[0].sesi##n##_cname, full.client);  \
		assert_string_equal((info)[0].sesi##n##_username, full.user); \
		assert_int_equal((info)[0].sesi##n##_num_opens, 11);          \
		assert_int_equal((info)[0].sesi##n##_time, 22);               \
		assert_int_equal((info)[0].sesi##n##_idle_time, 33);          \
		assert_int_equal((info)[0].sesi##n##_user_flags, 2);          \
		assert_string_equal((info)[1].sesi##n##_cname, "");           \
		assert_string_equal((info)[1].sesi##n##_username, "");        \
		assert_int_equal((info)[1].sesi##n##_num_opens, 0);           \
	} while (0)

static void level_0(void **state)
{
	struct SESSION_INFO_0 *info = (void *)make_buffer(0);

	(void)state;
	assert_string_equal(info[0].sesi0_cname, full.client);
	assert_string_equal(info[1].sesi0_cname, "");
	talloc_free(info);
}

static void level_1(void **state)
{
	struct SESSION_INFO_1 *info = (void *)make_buffer(1);

	(void)state;
	ASSERT_DETAILS(info, 1);
	talloc_free(info);
}

static void level_2(void **state)
{
	struct SESSION_INFO_2 *info = (void *)make_buffer(2);

	(void)state;
	ASSERT_DETAILS(info, 2);
	assert_string_equal(info[0].sesi2_cltype_name, full.client_type);
	assert_string_equal(info[1].sesi2_cltype_name, "");
	talloc_free(info);
}

static void level_10(void **state)
{
	struct SESSION_INFO_10 *info = (void *)make_buffer(10);

	(void)state;
	assert_string_equal(info[0].sesi10_cname, full.client);
	assert_string_equal(info[0].sesi10_username, full.user);
	assert_int_equal(info[0].sesi10_time, 22);
	assert_int_equal(info[0].sesi10_idle_time, 33);
	assert_string_equal(info[1].sesi10_username, "");
	talloc_free(info);
}

static void level_502(void **state)
{
	struct SESSION_INFO_502 *info = (void *)make_buffer(502);

	(void)state;
	ASSERT_DETAILS(info, 502);
	assert_string_equal(info[0].sesi502_cltype_name, full.client_type);
	assert_string_equal(info[0].sesi502_transport, full.transport);
	assert_string_equal(info[1].sesi502_cltype_name, "");
	assert_string_equal(info[1].sesi502_transport, "");
	talloc_free(info);
}

static void no_other_level(void **state)
{
	(void)state;
	assert_false(session_buffer_has_level(3));
	assert_false(session_buffer_has_level(UINT32_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(level_0),
		cmocka_unit_test(level_1),
		cmocka_unit_test(level_2),
		cmocka_unit_test(level_10),
		cmocka_unit_test(level_502),
		cmocka_unit_test(no_other_level),
	};
	struct table table = {.count = 0};

	TABLE_ADD_TESTS(&table, tests);
	return table_run(&table, "session_buffer");
}
