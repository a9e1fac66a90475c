/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/loader/worker_series.c: which series a worker names. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "source/loader/worker_series.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct series_case {
	const char *name;
	const char *bytes;
	size_t len;
	const char *series;
};

#define BYTES(text) (text), sizeof(text) - 1

static const struct series_case cases[] = {
	{"Debian's", BYTES("\0x\0SAMBA_4.17.12_DEBIAN_4.17.12\0"), "4.17"},
	{"upstream's", BYTES("SAMBA_4.21.10_PRIVATE_SAMBA\0"), "4.21"},
	{"none", BYTES("\0SAMBA\0smbd\0"), ""},
	{"nothing", BYTES(""), ""},
	{"behind a name without it",
	 BYTES("SAMBA_UTIL_0.0.1\0SAMBA_X\0SAMBA_4.22.6\0"),
	 "4.22"},
	{"of two, the first", BYTES("SAMBA_4.24.7\0SAMBA_4.17.1\0"), "4.24"},
	{"ends behind the prefix", BYTES("SAMBA_"), ""},
	{"ends in the first number", BYTES("SAMBA_4"), ""},
	{"ends at the dot", BYTES("SAMBA_4."), ""},
	{"ends in the second number", BYTES("SAMBA_4.2"), "4.2"},
	{"a number that is too long",
	 BYTES("SAMBA_4.1234567890123456789012345678901234567890."),
	 ""},
};

static void test_series(void **state)
{
	const struct series_case *c = *state;
	char series[WORKER_SERIES_MAX];

	worker_series_in(c->bytes, c->len, series);
	assert_string_equal(series, c->series);
}

static void test_no_file(void **state)
{
	char series[WORKER_SERIES_MAX];

	(void)state;
	worker_series("/nonexistent", series);
	assert_string_equal(series, "");
	worker_series("/dev/null", series);
	assert_string_equal(series, "");
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(cases) + 1];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		tests[i] = (struct CMUnitTest){
			.name = cases[i].name,
			.test_func = test_series,
			.initial_state = (void *)&cases[i],
		};
	}
	tests[ARRAY_SIZE(cases)] =
		(struct CMUnitTest)cmocka_unit_test(test_no_file);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
