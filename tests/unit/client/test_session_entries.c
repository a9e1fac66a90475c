/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/client/session_entries.c: lists as servers send them. */

#include "tests/unit/table.h"

#include <ndr.h>

#include "source/client/error_code.h"
#include "source/client/session_entries.h"

#include "ndr_netr_session.h"

/* Each field has a different value, so that a mix-up shows. */
#define CLIENT "\\\\10.0.0.7"
#define USER "alice"
#define OPENS 11
#define TIME 22
#define IDLE_TIME 33
#define FLAGS 1
#define TYPE "SMB 3.1.1"
#define TRANSPORT "\\Device\\NetbiosSmb"

static struct session_info_0 entry_0 = {CLIENT};
static struct session_info_1 entry_1 =
	{CLIENT, USER, OPENS, TIME, IDLE_TIME, FLAGS};
static struct session_info_2 entry_2 =
	{CLIENT, USER, OPENS, TIME, IDLE_TIME, FLAGS, TYPE};
static struct session_info_10 entry_10 = {CLIENT, USER, TIME, IDLE_TIME};
static struct session_info_502 entries_502[] = {
	{CLIENT, USER, OPENS, TIME, IDLE_TIME, FLAGS, TYPE, TRANSPORT},
	{NULL, NULL, 0, 0, 0, 0, NULL, NULL},
};

static struct session_info_0_container level_0 = {1, &entry_0};
static struct session_info_1_container level_1 = {1, &entry_1};
static struct session_info_2_container level_2 = {1, &entry_2};
static struct session_info_10_container level_10 = {1, &entry_10};
static struct session_info_502_container level_502 = {2, entries_502};
static struct session_info_502_container no_buffer = {2, NULL};

struct answer {
	const char *name;
	struct session_enum_struct sent;
	size_t count;
	/* the first one */
	struct smbsession_info entry;
};

static const struct answer answers[] = {
	{"level 0", {0, {.level0 = &level_0}}, 1, {.client = CLIENT}},
	{"level 1",
	 {1, {.level1 = &level_1}},
	 1,
	 {CLIENT, USER, NULL, NULL, TIME, IDLE_TIME, OPENS, FLAGS}},
	{"level 2",
	 {2, {.level2 = &level_2}},
	 1,
	 {CLIENT, USER, TYPE, NULL, TIME, IDLE_TIME, OPENS, FLAGS}},
	{"level 10",
	 {10, {.level10 = &level_10}},
	 1,
	 {CLIENT, USER, NULL, NULL, TIME, IDLE_TIME, 0, 0}},
	{"level 502",
	 {502, {.level502 = &level_502}},
	 2,
	 {CLIENT, USER, TYPE, TRANSPORT, TIME, IDLE_TIME, OPENS, FLAGS}},
	{"no container", {502, {.level502 = NULL}}, 0, {.client = NULL}},
	{"no buffer", {502, {.level502 = &no_buffer}}, 0, {.client = NULL}},
	{"unknown level", {3, {.level0 = NULL}}, 0, {.client = NULL}},
};

static void assert_text(const char *text, const char *expected)
{
	assert_int_equal(text == NULL, expected == NULL);
	if (expected != NULL) {
		assert_string_equal(text, expected);
	}
}

static void check_answer(void **state)
{
	const struct answer *row = *state;
	struct smbsession_list *list =
		talloc_zero(NULL, struct smbsession_list);
	const struct smbsession_info *entry = NULL;

	list->level = row->sent.level;
	assert_int_equal(session_entries_add(list, &row->sent), NERR_Success);
	assert_int_equal(list->count, row->count);
	if (row->count > 0) {
		entry = &list->entries[0];
		assert_text(entry->client, row->entry.client);
		assert_text(entry->user, row->entry.user);
		assert_text(entry->client_type, row->entry.client_type);
		assert_text(entry->transport, row->entry.transport);
		assert_int_equal(entry->time, row->entry.time);
		assert_int_equal(entry->idle_time, row->entry.idle_time);
		assert_int_equal(entry->num_opens, row->entry.num_opens);
		assert_int_equal(entry->user_flags, row->entry.user_flags);
	}
	talloc_free(list);
}

static void parts_follow_each_other(void **state)
{
	const struct session_enum_struct sent = {502, {.level502 = &level_502}};
	struct smbsession_list *list =
		talloc_zero(NULL, struct smbsession_list);

	(void)state;
	list->level = 502;
	assert_int_equal(session_entries_add(list, &sent), NERR_Success);
	assert_int_equal(session_entries_add(list, &sent), NERR_Success);
	assert_int_equal(list->count, 4);
	assert_text(list->entries[0].client, CLIENT);
	assert_text(list->entries[1].client, NULL);
	assert_text(list->entries[2].client, CLIENT);
	assert_text(list->entries[3].client, NULL);
	talloc_free(list);
}

static void another_level_is_invalid(void **state)
{
	const struct session_enum_struct sent = {0, {.level0 = &level_0}};
	struct smbsession_list *list =
		talloc_zero(NULL, struct smbsession_list);

	(void)state;
	list->level = 502;
	assert_int_equal(session_entries_add(list, &sent), ERROR_INVALID_DATA);
	assert_int_equal(list->count, 0);
	talloc_free(list);
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(parts_follow_each_other),
		cmocka_unit_test(another_level_is_invalid),
	};
	struct table table = {.count = 0};

	TABLE_ADD(&table, answers, check_answer);
	TABLE_ADD_TESTS(&table, others);
	return table_run(&table, "session_entries");
}
