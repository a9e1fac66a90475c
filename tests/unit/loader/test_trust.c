/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/loader/trust.c: whose files the loader trusts. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "source/loader/trust.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct judge_case {
	const char *name;
	mode_t mode;
	uid_t owner;
	uid_t running;
	enum trust_verdict verdict;
};

static const struct judge_case judge_cases[] = {
	{"root's file, run by root", S_IFREG | 0644, 0, 0, TRUSTED},
	{"root's executable file", S_IFREG | 0755, 0, 0, TRUSTED},
	{"root's private file", S_IFREG | 0400, 0, 0, TRUSTED},
	{"root's directory", S_IFDIR | 0755, 0, 0, TRUSTED},
	{"root's file, run by a user", S_IFREG | 0644, 0, 1001, TRUSTED},
	{"own file", S_IFREG | 0644, 1001, 1001, TRUSTED},
	{"own private directory", S_IFDIR | 0700, 1001, 1001, TRUSTED},
	{"a set-group-id directory", S_IFDIR | 02755, 0, 0, TRUSTED},
	{"a user's file, run by root",
	 S_IFREG | 0644,
	 1001,
	 0,
	 TRUST_FOREIGN_OWNER},
	{"a user's file, run by another",
	 S_IFREG | 0644,
	 1001,
	 1002,
	 TRUST_FOREIGN_OWNER},
	{"a user's read-only file",
	 S_IFREG | 0444,
	 1001,
	 0,
	 TRUST_FOREIGN_OWNER},
	{"a user's directory", S_IFDIR | 0755, 1001, 0, TRUST_FOREIGN_OWNER},
	{"nobody's directory", S_IFDIR | 0755, 65534, 0, TRUST_FOREIGN_OWNER},
	{"group-writable file", S_IFREG | 0664, 0, 0, TRUST_WRITABLE_BY_OTHERS},
	{"world-writable file", S_IFREG | 0646, 0, 0, TRUST_WRITABLE_BY_OTHERS},
	{"write-only for others",
	 S_IFREG | 0602,
	 0,
	 0,
	 TRUST_WRITABLE_BY_OTHERS},
	{"own group-writable file",
	 S_IFREG | 0664,
	 1001,
	 1001,
	 TRUST_WRITABLE_BY_OTHERS},
	{"group-writable directory",
	 S_IFDIR | 0775,
	 0,
	 0,
	 TRUST_WRITABLE_BY_OTHERS},
	{"sticky directory such as /tmp",
	 S_IFDIR | 01777,
	 0,
	 0,
	 TRUST_WRITABLE_BY_OTHERS},
	{"sticky group-writable directory",
	 S_IFDIR | 01775,
	 0,
	 0,
	 TRUST_WRITABLE_BY_OTHERS},
	{"symbolic link", S_IFLNK | 0777, 0, 0, TRUST_WRITABLE_BY_OTHERS},
};

static void test_judge(void **state)
{
	const struct judge_case *c = *state;
	const struct stat st = {.st_mode = c->mode, .st_uid = c->owner};

	assert_int_equal(trust_judge(&st, c->running), c->verdict);
}

/* A directory with a file in it, both safe until a test changes them. */
struct place {
	char directory[sizeof("/tmp/test_trust.XXXXXX")];
	char file[64];
};

static int place_make(void **state)
{
	static struct place place;
	FILE *file = NULL;

	strcpy(place.directory, "/tmp/test_trust.XXXXXX");
	if (mkdtemp(place.directory) == NULL) {
		return -1;
	}
	(void)snprintf(place.file,
		       sizeof(place.file),
		       "%s/file",
		       place.directory);
	file = fopen(place.file, "w");
	if (file == NULL || fclose(file) != 0 ||
	    chmod(place.file, 0644) == -1) {
		return -1;
	}
	*state = &place;
	return 0;
}

static int place_remove(void **state)
{
	const struct place *place = *state;

	(void)unlink(place->file);
	return rmdir(place->directory);
}

static void assert_distrusted(const char *path, const char *why_has)
{
	struct reason why = {.text = ""};

	assert_false(trust_file(path, geteuid(), &why));
	assert_non_null(strstr(why.text, why_has));
}

static void test_file_of_the_system(void **state)
{
	struct reason why = {.text = ""};
	char *resolved = realpath("/bin/sh", NULL);

	(void)state;
	assert_non_null(resolved);
	assert_true(trust_file(resolved, geteuid(), &why));
	free(resolved);
}

static void test_writable_file(void **state)
{
	const struct place *place = *state;

	assert_int_equal(chmod(place->file, 0664), 0);
	assert_distrusted(place->file, "file is writable by group or others");
}

static void test_writable_directory_above(void **state)
{
	const struct place *place = *state;
	char why_has[128];

	(void)snprintf(why_has,
		       sizeof(why_has),
		       "%s is writable by group or others",
		       place->directory);
	assert_int_equal(chmod(place->directory, 01777), 0);
	assert_distrusted(place->file, why_has);
}

static void test_link(void **state)
{
	const struct place *place = *state;

	assert_int_equal(unlink(place->file), 0);
	assert_int_equal(symlink("/bin/sh", place->file), 0);
	assert_distrusted(place->file, "not a regular file");
}

static void test_directory(void **state)
{
	(void)state;
	assert_distrusted("/", "not a regular file");
}

static void test_missing(void **state)
{
	const struct place *place = *state;

	assert_int_equal(unlink(place->file), 0);
	assert_distrusted(place->file, "No such file or directory");
}

#define place_test(f) \
	cmocka_unit_test_setup_teardown(f, place_make, place_remove)

static const struct CMUnitTest file_tests[] = {
	cmocka_unit_test(test_file_of_the_system),
	place_test(test_writable_file),
	place_test(test_writable_directory_above),
	place_test(test_link),
	cmocka_unit_test(test_directory),
	place_test(test_missing),
};

int main(void)
{
	struct CMUnitTest
		tests[ARRAY_SIZE(judge_cases) + ARRAY_SIZE(file_tests)];
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(judge_cases); i++) {
		tests[count++] = (struct CMUnitTest){
			.name = judge_cases[i].name,
			.test_func = test_judge,
			.initial_state = (void *)&judge_cases[i],
		};
	}
	memcpy(&tests[count], file_tests, sizeof(file_tests));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
