/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of test cases: each row is a cmocka test under its own name. */

#ifndef SESSIONDEL_TESTS_TABLE_H
#define SESSIONDEL_TESTS_TABLE_H

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The exit status is the number of failed tests, so there may be no more. */
#define TABLE_MAX 255

/* All zero to begin with. */
struct table {
	struct CMUnitTest tests[TABLE_MAX];
	size_t count;
};

/**
 * Add one test for each row of an array, which must outlive the run.
 *
 * @param table  The tests of this program.
 * @param rows   An array of structs, whose first member is the name. Names are
 *               written to XML reports unescaped: no markup in them.
 * @param check  The test function, which gets its row in *state.
 */
#define TABLE_ADD(table, rows, check)               \
	table_add((table),                          \
		  (rows),                           \
		  sizeof(rows) / sizeof((rows)[0]), \
		  sizeof((rows)[0]),                \
		  (check))

static inline void table_add(struct table *table,
			     const void *rows,
			     size_t count,
			     size_t size,
			     CMUnitTestFunction check)
{
	assert(count <= TABLE_MAX - table->count);
	for (size_t i = 0; i < count; i++) {
		const char *row = (const char *)rows + i * size;

		table->tests[table->count] = (struct CMUnitTest){
			.name = *(const char *const *)row,
			.test_func = check,
			.initial_state = (void *)(uintptr_t)row,
		};
		table->count += 1;
	}
}

/* Add tests that are not rows: an array made with cmocka_unit_test(). */
#define TABLE_ADD_TESTS(table, tests) \
	table_add_tests((table), (tests), sizeof(tests) / sizeof((tests)[0]))

static inline void table_add_tests(struct table *table,
				   const struct CMUnitTest *tests,
				   size_t count)
{
	assert(count <= TABLE_MAX - table->count);
	for (size_t i = 0; i < count; i++) {
		table->tests[table->count] = tests[i];
		table->count += 1;
	}
}

/**
 * Run them all as one group.
 *
 * @return The exit status: how many failed.
 */
static inline int table_run(const struct table *table, const char *group)
{
	return _cmocka_run_group_tests(group,
				       table->tests,
				       table->count,
				       NULL,
				       NULL);
}

#endif
