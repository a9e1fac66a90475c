/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/loader/module_path.c: which modules are tried, in order. */

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "source/loader/module_path.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct series_case {
	const char *name;
	const char *directory;
	bool valid;
};

static const struct series_case series_cases[] = {
	{"a series", "4.17", true},
	{"one digit", "4.9", true},
	{"two digits before the dot", "10.0", true},
	{"no name", "", false},
	{"the directory itself", ".", false},
	{"the directory above", "..", false},
	{"no dot", "4", false},
	{"nothing after the dot", "4.", false},
	{"nothing before the dot", ".17", false},
	{"a point release", "4.17.12", false},
	{"a suffix", "4.17-rc", false},
	{"a prefix", "v4.17", false},
	{"a blank", " 4.17", false},
	{"an editor's copy", "4.17~", false},
	{"a comma", "4,17", false},
};

/* The files of a case are made below a root; see test_list. */
struct list_case {
	const char *name;
	/* "" for a program whose path is unknown. */
	const char *program;
	/* Of the worker; "" if unknown. */
	const char *series;
	const char *files[6];
	const char *paths[6];
};

static const struct list_case list_cases[] = {
	{"nothing anywhere", "bin/loader", "", {NULL}, {NULL}},
	{"beside the program",
	 "bin/loader",
	 "",
	 {"bin/sessiondel.so"},
	 {"bin/sessiondel.so"}},
	{"only beside the program",
	 "bin/loader",
	 "",
	 {"bin/sessiondel.so", "lib/4.17/sessiondel.so"},
	 {"bin/sessiondel.so"}},
	{"of one series",
	 "bin/loader",
	 "",
	 {"lib/4.17/sessiondel.so"},
	 {"lib/4.17/sessiondel.so"}},
	{"the newest series first, as numbers",
	 "bin/loader",
	 "",
	 {"lib/4.17/sessiondel.so",
	  "lib/4.9/sessiondel.so",
	  "lib/4.25/sessiondel.so",
	  "lib/10.0/sessiondel.so",
	  "lib/4.22/sessiondel.so"},
	 {"lib/10.0/sessiondel.so",
	  "lib/4.25/sessiondel.so",
	  "lib/4.22/sessiondel.so",
	  "lib/4.17/sessiondel.so",
	  "lib/4.9/sessiondel.so"}},
	{"the worker's series, then the newest",
	 "bin/loader",
	 "4.17",
	 {"lib/4.17/sessiondel.so",
	  "lib/4.25/sessiondel.so",
	  "lib/4.22/sessiondel.so"},
	 {"lib/4.17/sessiondel.so",
	  "lib/4.25/sessiondel.so",
	  "lib/4.22/sessiondel.so"}},
	{"no module of the worker's series",
	 "bin/loader",
	 "4.24",
	 {"lib/4.17/sessiondel.so", "lib/4.22/sessiondel.so"},
	 {"lib/4.22/sessiondel.so", "lib/4.17/sessiondel.so"}},
	{"nothing anywhere for the worker's series",
	 "bin/loader",
	 "4.24",
	 {NULL},
	 {NULL}},
	{"no series without a module",
	 "bin/loader",
	 "",
	 {"lib/4.22/README", "lib/4.17/sessiondel.so"},
	 {"lib/4.17/sessiondel.so"}},
	{"no directory that is not a series",
	 "bin/loader",
	 "",
	 {"lib/old/sessiondel.so", "lib/sessiondel.so"},
	 {NULL}},
	{"program unknown",
	 "",
	 "",
	 {"bin/sessiondel.so", "lib/4.17/sessiondel.so"},
	 {"lib/4.17/sessiondel.so"}},
};

static void test_series(void **state)
{
	const struct series_case *c = *state;

	assert_int_equal(module_series_is_valid(c->directory), c->valid);
}

/* Make a file below root and the directories above it. */
static void make_file(const char *root, const char *name)
{
	char path[256];
	FILE *file = NULL;

	(void)snprintf(path, sizeof(path), "%s/%s", root, name);
	for (char *p = path + strlen(root) + 1; *p != '\0'; p++) {
		if (*p == '/') {
			*p = '\0';
			(void)mkdir(path, 0755);
			*p = '/';
		}
	}
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
}

static int remove_one(const char *path,
		      const struct stat *st,
		      int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void assert_paths(const struct list_case *c,
			 const char *root,
			 char *const *paths)
{
	size_t i;

	for (i = 0; c->paths[i] != NULL; i++) {
		assert_non_null(paths[i]);
		assert_memory_equal(paths[i], root, strlen(root));
		assert_string_equal(paths[i] + strlen(root) + 1, c->paths[i]);
	}
	assert_null(paths[i]);
}

static void test_list(void **state)
{
	const struct list_case *c = *state;
	char root[] = "/tmp/test_module_path.XXXXXX";
	char program[256];
	char libdir[256];
	char **paths = NULL;

	assert_non_null(mkdtemp(root));
	(void)snprintf(program, sizeof(program), "%s/%s", root, c->program);
	(void)snprintf(libdir, sizeof(libdir), "%s/lib", root);
	for (size_t i = 0; c->files[i] != NULL; i++) {
		make_file(root, c->files[i]);
	}

	assert_true(module_paths_list(c->program[0] != '\0' ? program : NULL,
				      libdir,
				      c->series,
				      &paths));
	assert_paths(c, root, paths);

	module_paths_free(paths);
	assert_int_equal(nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

int main(void)
{
	struct CMUnitTest
		tests[ARRAY_SIZE(series_cases) + ARRAY_SIZE(list_cases)];
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(series_cases); i++) {
		tests[count++] = (struct CMUnitTest){
			.name = series_cases[i].name,
			.test_func = test_series,
			.initial_state = (void *)&series_cases[i],
		};
	}
	for (size_t i = 0; i < ARRAY_SIZE(list_cases); i++) {
		tests[count++] = (struct CMUnitTest){
			.name = list_cases[i].name,
			.test_func = test_list,
			.initial_state = (void *)&list_cases[i],
		};
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
