/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/loader/preload.c: what LD_PRELOAD becomes. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "source/loader/preload.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct compose_case {
	const char *name;
	const char *module;
	const char *old;
	const char *value;
};

static const struct compose_case compose_cases[] = {
	{"by itself if nothing was set", "/m.so", NULL, "/m.so"},
	{"by itself if it was empty", "/m.so", "", "/m.so"},
	{"before one other", "/m.so", "/a.so", "/m.so:/a.so"},
	{"before several, colons", "/m.so", "/a.so:/b.so", "/m.so:/a.so:/b.so"},
	{"before several, blanks", "/m.so", "/a.so /b.so", "/m.so:/a.so /b.so"},
	{"before a name without path", "/m.so", "libx.so.1", "/m.so:libx.so.1"},
	{"before itself", "/m.so", "/m.so", "/m.so:/m.so"},
	{"an odd old value is unchanged",
	 "/m.so",
	 "::/a.so ",
	 "/m.so:::/a.so "},
};

struct name_case {
	const char *name;
	const char *path;
	bool can;
};

static const struct name_case name_cases[] = {
	{"a plain path", "/usr/lib/samba-sessiondel/4.17/sessiondel.so", true},
	{"dots, dashes, plus, tilde", "/opt/a-b_c+d~1.2/sessiondel.so", true},
	{"UTF-8", "/srv/M\xc3\xbcller/sessiondel.so", true},
	{"a colon", "/opt/a:b/sessiondel.so", false},
	{"a space", "/opt/a b/sessiondel.so", false},
	{"a tab", "/opt/a\tb/sessiondel.so", false},
	{"a newline", "/opt/a\nb/sessiondel.so", false},
	{"a dollar sign, which ld.so expands",
	 "/opt/$LIB/sessiondel.so",
	 false},
	{"nothing", "", false},
};

static void test_compose(void **state)
{
	const struct compose_case *c = *state;
	char *value = preload_compose(c->module, c->old);

	assert_non_null(value);
	assert_string_equal(value, c->value);
	free(value);
}

static void test_can_name(void **state)
{
	const struct name_case *c = *state;

	assert_int_equal(preload_can_name(c->path), c->can);
}

int main(void)
{
	struct CMUnitTest
		tests[ARRAY_SIZE(compose_cases) + ARRAY_SIZE(name_cases)];
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(compose_cases); i++) {
		tests[count++] = (struct CMUnitTest){
			.name = compose_cases[i].name,
			.test_func = test_compose,
			.initial_state = (void *)&compose_cases[i],
		};
	}
	for (size_t i = 0; i < ARRAY_SIZE(name_cases); i++) {
		tests[count++] = (struct CMUnitTest){
			.name = name_cases[i].name,
			.test_func = test_can_name,
			.initial_state = (void *)&name_cases[i],
		};
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
