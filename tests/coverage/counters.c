/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Linked into everything that ./waf check --coverage builds. The counters of a
 * program or library are in a file that all its processes map. So a worker that
 * is killed, and a child that ends by _exit(), are counted too.
 */

#include <errno.h>
#include <fcntl.h>
#include <gcov.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define HIDDEN __attribute__((visibility("hidden")))

/* From the linker, by counters.ld. There is a table for each source file. */
extern HIDDEN uint8_t coverage_counters[], coverage_counters_end[];
extern HIDDEN const struct gcov_info *const coverage_tables[];
extern HIDDEN const struct gcov_info *const coverage_tables_end[];

__attribute__((noreturn)) static void fail(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", COUNTERS, what, strerror(errno));
	_exit(1);
}

/*
 * Where this is not possible, a process does not count: one of another user, in
 * another root directory, or one that a test does not let open a file.
 */
static void share_counters(void)
{
	size_t len = (size_t)(coverage_counters_end - coverage_counters);
	int file = open(COUNTERS, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

	if (file == -1) {
		return;
	}
	if (ftruncate(file, (off_t)len) == 0) {
		(void)mmap(coverage_counters,
			   len,
			   PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_FIXED,
			   file,
			   0);
	}
	(void)close(file);
}

/* The file is named after the object that was compiled, with # for each /. */
static void create_data(const char *name, void *private_data)
{
	FILE **data = private_data;
	char *flat = strdup(name);

	if (flat == NULL) {
		fail(name);
	}
	for (char *at = flat; *at != '\0'; at++) {
		*at = *at == '/' ? '#' : *at;
	}
	*data = fopen(flat, "w");
	if (*data == NULL) {
		fail(flat);
	}
	free(flat);
}

static void write_data(const void *bytes, unsigned len, void *private_data)
{
	FILE **data = private_data;

	if (fwrite(bytes, 1, len, *data) != len) {
		fail("cannot write");
	}
}

static void *allocate(unsigned len, void *private_data)
{
	(void)private_data;
	return malloc(len);
}

/* gcov's data for each source file, in the current directory. */
static void write_all(void)
{
	FILE *data = NULL;

	for (const struct gcov_info *const *info = coverage_tables;
	     info != coverage_tables_end;
	     info++) {
		__gcov_info_to_gcda(*info,
				    create_data,
				    write_data,
				    allocate,
				    &data);
		if (fclose(data) != 0) {
			fail("cannot write");
		}
	}
}

/* Before the other constructors, so that they are counted. */
__attribute__((constructor(101))) static void coverage_begin(void)
{
	share_counters();
	if (getenv("SESSIONDEL_COVERAGE_WRITE") != NULL) {
		write_all();
		_exit(0);
	}
}
