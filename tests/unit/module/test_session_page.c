/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/module/session_page.c: what goes into one answer. */

#include "replace.h"

#include "tests/unit/table.h"

#include "source/module/session_page.h"

/* A client of four characters: 14 bytes at level 0. */
#define ROW(id_)                                \
	{                                       \
		.id = (id_), .client = "\\\\ws" \
	}
#define ROW_SIZE 14

static struct session_row rows[] = {
	ROW(10),
	ROW(20),
	{.id = 30, .client = "\\\\a-name-that-is-long"},
	ROW(40),
	ROW(0xfffffffe),
};
#define LONG_SIZE (4 + 2 * 22)

static const struct session_list all = {.rows = rows, .num = 5};
static const struct session_list none = {.num = 0};

struct page_case {
	const char *name;
	const struct session_list *list;
	uint32_t limit;
	uint32_t resume;
	struct session_page page;
};

static const struct page_case page_cases[] = {
	{"all", &all, SESSION_PAGE_NO_LIMIT, 0, {0, 5, 5, 0}},
	{"all that come after", &all, SESSION_PAGE_NO_LIMIT, 20, {2, 3, 3, 0}},
	{"after one that has left",
	 &all,
	 SESSION_PAGE_NO_LIMIT,
	 25,
	 {2, 3, 3, 0}},
	{"before the first", &all, SESSION_PAGE_NO_LIMIT, 9, {0, 5, 5, 0}},
	{"after the last",
	 &all,
	 SESSION_PAGE_NO_LIMIT,
	 0xfffffffe,
	 {5, 0, 0, 0}},
	{"after any that can be",
	 &all,
	 SESSION_PAGE_NO_LIMIT,
	 0xffffffff,
	 {5, 0, 0, 0}},
	{"of an empty list", &none, SESSION_PAGE_NO_LIMIT, 0, {0, 0, 0, 0}},
	{"no bytes of an empty list", &none, 0, 0, {0, 0, 0, 0}},
	{"no bytes", &all, 0, 0, {0, 1, 5, 10}},
	{"one byte", &all, 1, 0, {0, 1, 5, 10}},
	{"one byte less than a row", &all, ROW_SIZE - 1, 0, {0, 1, 5, 10}},
	{"one row", &all, ROW_SIZE, 0, {0, 1, 5, 10}},
	{"one byte less than two", &all, 2 * ROW_SIZE - 1, 0, {0, 1, 5, 10}},
	{"two rows", &all, 2 * ROW_SIZE, 0, {0, 2, 5, 20}},
	{"two rows, the next is too long",
	 &all,
	 3 * ROW_SIZE,
	 0,
	 {0, 2, 5, 20}},
	{"two rows and the long one",
	 &all,
	 2 * ROW_SIZE + LONG_SIZE,
	 0,
	 {0, 3, 5, 30}},
	{"a row too long for the limit", &all, ROW_SIZE, 20, {2, 1, 3, 30}},
	{"one byte less than the rest",
	 &all,
	 2 * ROW_SIZE - 1,
	 30,
	 {3, 1, 2, 40}},
	{"exactly the rest", &all, 2 * ROW_SIZE, 30, {3, 2, 2, 0}},
	{"the last one", &all, 1, 40, {4, 1, 1, 0}},
	{"nothing left, no bytes", &all, 0, 0xfffffffe, {5, 0, 0, 0}},
	{"one byte less than no limit", &all, 0xfffffffe, 0, {0, 5, 5, 0}},
};

static void test_page(void **state)
{
	const struct page_case *c = *state;
	const struct session_page page =
		session_page_choose(c->list, 0, c->limit, c->resume);

	assert_int_equal(page.first, c->page.first);
	assert_int_equal(page.num, c->page.num);
	assert_int_equal(page.total, c->page.total);
	assert_int_equal(page.resume, c->page.resume);
}

static void test_level_decides_what_fits(void **state)
{
	struct session_row with_user[] = {
		{.id = 1, .client = "\\\\ws", .user = "alice"},
		{.id = 2, .client = "\\\\ws", .user = "alice"},
	};
	const struct session_list list = {.rows = with_user, .num = 2};

	(void)state;

	assert_int_equal(session_page_choose(&list, 0, 40, 0).num, 2);
	assert_int_equal(session_page_choose(&list, 10, 40, 0).num, 1);
}

static const struct CMUnitTest others[] = {
	cmocka_unit_test(test_level_decides_what_fits),
};

int main(void)
{
	struct table table = {.count = 0};

	TABLE_ADD(&table, page_cases, test_page);
	TABLE_ADD_TESTS(&table, others);
	return table_run(&table, "session_page");
}
