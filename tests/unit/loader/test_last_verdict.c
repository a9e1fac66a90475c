/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/loader/last_verdict.c: which verdict is used again. */

#include "tests/unit/table.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/loader/last_verdict.h"

static const struct stat module = {
	.st_dev = 2049,
	.st_ino = 11,
	.st_size = 300000,
	.st_mtim = {.tv_sec = 1700000000, .tv_nsec = 5},
};
static const struct stat worker = {
	.st_dev = 2050,
	.st_ino = 12,
	.st_size = 40000,
	.st_mtim = {.tv_sec = 1600000000, .tv_nsec = 0},
};

/* What is added to one of the two files. */
struct change {
	const char *name;
	unsigned long dev;
	unsigned long ino;
	long size;
	long sec;
	long nsec;
	bool same;
};

static const struct change changes[] = {
	{"nothing", 0, 0, 0, 0, 0, true},
	{"another device", 1, 0, 0, 0, 0, false},
	{"another inode", 0, 1, 0, 0, 0, false},
	{"another size", 0, 0, 1, 0, 0, false},
	{"a second later", 0, 0, 0, 1, 0, false},
	{"a nanosecond later", 0, 0, 0, 0, 1, false},
	{"before 1970", 0, 0, 0, -1700000001, 0, false},
};

static struct stat changed(const struct stat *st, const struct change *c)
{
	struct stat other = *st;

	other.st_dev += c->dev;
	other.st_ino += c->ino;
	other.st_size += c->size;
	other.st_mtim.tv_sec += c->sec;
	other.st_mtim.tv_nsec += c->nsec;
	return other;
}

static void test_line(void **state)
{
	const struct change *c = *state;
	const struct stat other_module = changed(&module, c);
	const struct stat other_worker = changed(&worker, c);
	char line[LAST_VERDICT_MAX];
	char other[LAST_VERDICT_MAX];

	last_verdict_line(&module, &worker, line);
	last_verdict_line(&other_module, &worker, other);
	assert_int_equal(strcmp(line, other) == 0, c->same);
	last_verdict_line(&module, &other_worker, other);
	assert_int_equal(strcmp(line, other) == 0, c->same);
}

static void test_longest_line_fits(void **state)
{
	struct stat longest;
	char line[LAST_VERDICT_MAX];

	(void)state;
	memset(&longest, 0x81, sizeof(longest));
	longest.st_mtim.tv_nsec = 999999999;
	last_verdict_line(&longest, &longest, line);
	assert_int_equal(line[strlen(line) - 1], '\n');
}

static const char kept[] = "what was kept\n";

/* A directory for verdicts, which is not there yet. */
struct place {
	char above[sizeof("/tmp/test_last_verdict.XXXXXX")];
	char directory[64];
	char file[80];
};

static int place_make(void **state)
{
	static struct place place;

	strcpy(place.above, "/tmp/test_last_verdict.XXXXXX");
	if (mkdtemp(place.above) == NULL) {
		return -1;
	}
	(void)snprintf(place.directory,
		       sizeof(place.directory),
		       "%s/verdict",
		       place.above);
	(void)snprintf(place.file,
		       sizeof(place.file),
		       "%s/fits",
		       place.directory);
	*state = &place;
	return 0;
}

static int place_remove(void **state)
{
	const struct place *place = *state;

	(void)unlink(place->file);
	(void)rmdir(place->directory);
	return rmdir(place->above);
}

static bool is_kept(const struct place *place, const char *line)
{
	return last_verdict_is_kept(place->directory, geteuid(), line);
}

static void keep(const struct place *place, const char *line)
{
	last_verdict_keep(place->directory, geteuid(), line);
}

static void test_nothing_is_kept_at_first(void **state)
{
	assert_false(is_kept(*state, kept));
	assert_false(is_kept(*state, ""));
}

static void test_what_is_kept(void **state)
{
	const struct place *place = *state;
	struct stat st;

	keep(place, kept);
	assert_true(is_kept(place, kept));
	assert_int_equal(stat(place->directory, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(place->file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void test_other_line_is_not_kept(void **state)
{
	keep(*state, kept);
	assert_false(is_kept(*state, "what was"));
	assert_false(is_kept(*state, "what was kept\nand more\n"));
	assert_false(is_kept(*state, "What was kept\n"));
}

static void test_last_one_is_kept(void **state)
{
	keep(*state, kept);
	keep(*state, "another\n");
	assert_false(is_kept(*state, kept));
	assert_true(is_kept(*state, "another\n"));
}

static void test_forget(void **state)
{
	const struct place *place = *state;

	last_verdict_forget(place->directory, geteuid(), kept);
	keep(place, kept);
	last_verdict_forget(place->directory, geteuid(), "another\n");
	assert_true(is_kept(place, kept));
	last_verdict_forget(place->directory, geteuid(), kept);
	assert_false(is_kept(place, kept));
}

static void test_directory_that_others_can_write(void **state)
{
	const struct place *place = *state;

	keep(place, kept);
	assert_int_equal(chmod(place->directory, 0770), 0);
	assert_false(is_kept(place, kept));
	keep(place, "another\n");
	assert_int_equal(chmod(place->directory, 0700), 0);
	assert_true(is_kept(place, kept));
}

static void test_file_that_others_can_write(void **state)
{
	const struct place *place = *state;

	keep(place, kept);
	assert_int_equal(chmod(place->file, 0602), 0);
	assert_false(is_kept(place, kept));
	keep(place, kept);
	assert_true(is_kept(place, kept));
}

static void test_directory_of_somebody_else(void **state)
{
	const struct place *place = *state;

	keep(place, kept);
	if (geteuid() == 0) {
		assert_int_equal(chown(place->directory, 1001, 0), 0);
	}
	assert_int_equal(last_verdict_is_kept(place->directory, 1002, kept),
			 false);
}

static void test_link_is_not_followed(void **state)
{
	const struct place *place = *state;
	char elsewhere[80];
	int fd;

	(void)snprintf(elsewhere, sizeof(elsewhere), "%s/else", place->above);
	keep(place, kept);
	assert_int_equal(rename(place->file, elsewhere), 0);
	assert_int_equal(symlink(elsewhere, place->file), 0);
	assert_false(is_kept(place, kept));
	keep(place, "another\n");
	assert_true(is_kept(place, "another\n"));
	fd = open(elsewhere, O_RDONLY);
	assert_int_not_equal(fd, -1);
	assert_int_equal(lseek(fd, 0, SEEK_END), strlen(kept));
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink(elsewhere), 0);
}

#define place_test(f) \
	cmocka_unit_test_setup_teardown(f, place_make, place_remove)

static const struct CMUnitTest kept_tests[] = {
	cmocka_unit_test(test_longest_line_fits),
	place_test(test_nothing_is_kept_at_first),
	place_test(test_what_is_kept),
	place_test(test_other_line_is_not_kept),
	place_test(test_last_one_is_kept),
	place_test(test_forget),
	place_test(test_directory_that_others_can_write),
	place_test(test_file_that_others_can_write),
	place_test(test_directory_of_somebody_else),
	place_test(test_link_is_not_followed),
};

int main(void)
{
	struct table table = {.count = 0};

	TABLE_ADD(&table, changes, test_line);
	TABLE_ADD_TESTS(&table, kept_tests);
	return table_run(&table, "last_verdict");
}
