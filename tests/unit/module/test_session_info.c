/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/module/session_info.c: what the levels hold. */

#include "replace.h"

#include "tests/unit/table.h"

#include "source/module/session_info.h"

static const struct session_row rows[] = {
	{
		.id = 1,
		.client = "\\\\10.0.0.7",
		.user = "alice",
		.client_type = "SMB 3.1.1",
		.transport = "\\Device\\NetbiosSmb",
		.seconds = 60,
		.opens = 5,
	},
	{
		.id = 2,
		.client = "\\\\ws7",
		.user = "nobody",
		.client_type = "SMB 1.0",
		.transport = "\\Device\\NetBT_Tcpip",
		.guest = true,
		.seconds = 7,
		.idle = 3,
		.opens = 0,
	},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

struct level_case {
	const char *name;
	uint32_t level;
	bool exists;
	struct session_fields fields;
	/* of the first row: its struct, and its strings with their NULs */
	size_t size;
};

#define CLIENT_SIZE (2 * (10 + 1))
#define USER_SIZE (2 * (5 + 1))
#define TYPE_SIZE (2 * (9 + 1))
#define TRANSPORT_SIZE (2 * (18 + 1))

static const struct level_case level_cases[] = {
	{"level 0", 0, true, {false, false}, 4 + CLIENT_SIZE},
	{"level 1", 1, true, {true, true}, 24 + CLIENT_SIZE + USER_SIZE},
	{"level 2",
	 2,
	 true,
	 {true, true},
	 28 + CLIENT_SIZE + USER_SIZE + TYPE_SIZE},
	{"level 10", 10, true, {false, true}, 16 + CLIENT_SIZE + USER_SIZE},
	{"level 502",
	 502,
	 true,
	 {true, true},
	 32 + CLIENT_SIZE + USER_SIZE + TYPE_SIZE + TRANSPORT_SIZE},
	{"level 3", 3, false, {false, false}, 0},
	{"level 501", 501, false, {false, false}, 0},
	{"level 0xffffffff", 0xffffffff, false, {false, false}, 0},
};

static void test_level(void **state)
{
	const struct level_case *c = *state;

	assert_int_equal(session_info_has_level(c->level), c->exists);
	if (c->exists) {
		const struct session_fields fields =
			session_info_fields(c->level);

		assert_int_equal(fields.opens, c->fields.opens);
		assert_int_equal(fields.idle, c->fields.idle);
		assert_int_equal(session_info_size(c->level, &rows[0]),
				 c->size);
	}
}

static void test_size_is_that_of_utf16(void **state)
{
	const struct session_row emoji = {.client = "\\\\\U0001f600\u00e9"};

	(void)state;

	assert_int_equal(session_info_size(0, &emoji), 4 + 2 * (5 + 1));
}

/* Fill in both rows of a level. */
#define FILL(filled, member, level_)                                           \
	do {                                                                   \
		(filled)->level = (level_);                                    \
		assert_true(session_info_fill(mem_ctx, (filled), rows, ROWS)); \
		assert_int_equal((filled)->ctr.member->count, ROWS);           \
		assert_string_equal((filled)->ctr.member->array[0].client,     \
				    "\\\\10.0.0.7");                           \
		assert_string_equal((filled)->ctr.member->array[1].client,     \
				    "\\\\ws7");                                \
	} while (0)

#define CHECK_USER(info)                                    \
	do {                                                \
		assert_string_equal((info).user, "nobody"); \
		assert_int_equal((info).time, 7);           \
		assert_int_equal((info).idle_time, 3);      \
	} while (0)

#define CHECK_OPENS(array)                                  \
	do {                                                \
		assert_int_equal((array)[0].num_open, 5);   \
		assert_int_equal((array)[0].user_flags, 0); \
		assert_int_equal((array)[1].num_open, 0);   \
		assert_int_equal((array)[1].user_flags, 1); \
	} while (0)

static void test_fill(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct srvsvc_NetSessInfoCtr info;
	union srvsvc_NetSessCtr *ctr = &info.ctr;

	(void)state;

	FILL(&info, ctr0, 0);

	FILL(&info, ctr1, 1);
	CHECK_USER(ctr->ctr1->array[1]);
	CHECK_OPENS(ctr->ctr1->array);

	FILL(&info, ctr2, 2);
	CHECK_USER(ctr->ctr2->array[1]);
	CHECK_OPENS(ctr->ctr2->array);
	assert_string_equal(ctr->ctr2->array[1].client_type, "SMB 1.0");

	FILL(&info, ctr10, 10);
	CHECK_USER(ctr->ctr10->array[1]);

	FILL(&info, ctr502, 502);
	CHECK_USER(ctr->ctr502->array[1]);
	CHECK_OPENS(ctr->ctr502->array);
	assert_string_equal(ctr->ctr502->array[1].client_type, "SMB 1.0");
	assert_string_equal(ctr->ctr502->array[1].transport,
			    "\\Device\\NetBT_Tcpip");
	talloc_free(mem_ctx);
}

static void test_no_rows(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct srvsvc_NetSessInfoCtr info = {.level = 502};

	(void)state;

	assert_true(session_info_fill(mem_ctx, &info, NULL, 0));
	assert_non_null(info.ctr.ctr502);
	assert_int_equal(info.ctr.ctr502->count, 0);
	assert_null(info.ctr.ctr502->array);
	talloc_free(mem_ctx);
}

static const struct CMUnitTest others[] = {
	cmocka_unit_test(test_size_is_that_of_utf16),
	cmocka_unit_test(test_fill),
	cmocka_unit_test(test_no_rows),
};

int main(void)
{
	struct table table = {.count = 0};

	TABLE_ADD(&table, level_cases, test_level);
	TABLE_ADD_TESTS(&table, others);
	return table_run(&table, "session_info");
}
