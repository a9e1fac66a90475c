/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/client/context.c: what a context keeps between calls. */

#include "tests/unit/table.h"

#include "source/client/context.h"

static void failing_calls_do_not_make_it_grow(void **state)
{
	struct smbsession_context *context = smbsession_new();
	size_t blocks = 0;

	(void)state;
	assert_non_null(context);
	for (int call = 0; call < 3; call++) {
		context_begin(context);
		assert_string_equal(smbsession_error_text(context), "");
		assert_int_equal(context_error(context, 5, "call %d", call), 5);
		assert_int_equal(context_error(context, 5, "%d more", call), 5);
		if (call == 0) {
			blocks = talloc_total_blocks(context);
		}
		assert_int_equal(talloc_total_blocks(context), blocks);
	}
	assert_string_equal(smbsession_error_text(context), "2 more");
	smbsession_free(context);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failing_calls_do_not_make_it_grow),
	};
	struct table table = {.count = 0};

	TABLE_ADD_TESTS(&table, tests);
	return table_run(&table, "context");
}
