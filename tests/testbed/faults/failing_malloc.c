/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An allocator that is preloaded into a worker, where it fails on demand. It
 * fails only for the module and for the code that the module calls, and never
 * while the answer is sent or smb.conf is looked at: without memory for that,
 * Samba panics.
 *
 * In a program named by FAILING_PROGRAM, it fails only where the program itself
 * allocates, also by functions of these libraries.
 */

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "preload.h"

#define DEPTH 64

/* glibc's own functions, under names that this file does not define. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t num, size_t size);
void *__libc_realloc(void *old, size_t size);

/* Memory shared with the test, which sets first and num. */
struct orders {
	/* the first allocation that fails, from 1; with 0, nothing happens */
	uint64_t first;
	/* how many fail from there on */
	uint64_t num;
	/* how many allocations there were, and how many of them failed */
	uint64_t seen;
	uint64_t failed;
};

static struct orders *orders;
static uintptr_t module_start, module_end;
static bool looking;
static const char *program;
static const char *const allocators[] = {"libtalloc", "libtevent"};

static int find_module(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size;
	(void)unused;
	/* The program comes first and has no name. */
	if (program == NULL &&
	    strstr(info->dlpi_name, "/sessiondel.so") == NULL) {
		return 0;
	}
	module_start = info->dlpi_addr;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type == PT_LOAD) {
			module_end =
				module_start + part->p_vaddr + part->p_memsz;
		}
	}
	return 1;
}

__attribute__((constructor)) static void begin(void)
{
	void *frames[1];

	program = getenv("FAILING_PROGRAM");
	if (program != NULL &&
	    strcmp(program, program_invocation_short_name) != 0) {
		return;
	}
	if (dl_iterate_phdr(find_module, NULL) == 0) {
		return;
	}
	/* The first call of backtrace() allocates memory. */
	(void)backtrace(frames, 1);
	orders = preload_orders(sizeof(*orders));
}

static bool panics(void *frame)
{
	static const char *const functions[] = {
		"dcesrv_reply",
		"lp_file_list_changed",
		"lp_load_with_shares",
		"lp_servicenumber",
	};
	Dl_info info;

	if (dladdr(frame, &info) == 0 || info.dli_sname == NULL) {
		return false;
	}
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		if (strcmp(info.dli_sname, functions[i]) == 0) {
			return true;
		}
	}
	return false;
}

static bool allocates(void *frame)
{
	Dl_info info, own;

	if (dladdr(frame, &info) == 0 || dladdr((void *)begin, &own) == 0) {
		return false;
	}
	for (size_t i = 0; i < sizeof(allocators) / sizeof(*allocators); i++) {
		if (strstr(info.dli_fname, allocators[i]) != NULL) {
			return true;
		}
	}
	return info.dli_fbase == own.dli_fbase;
}

static bool stops_search(void *frame)
{
	return program != NULL ? !allocates(frame) : panics(frame);
}

/* Not when a function that panics comes first, nearer to the top of the stack.
 */
static bool called_by_module(void)
{
	void *frames[DEPTH];
	bool found = false;
	int num;

	looking = true;
	num = backtrace(frames, DEPTH);

	for (int i = 0; i < num && !found; i++) {
		uintptr_t frame = (uintptr_t)frames[i];

		found = frame >= module_start && frame < module_end;
		if (stops_search(frames[i])) {
			break;
		}
	}
	looking = false;
	return found;
}

static bool fails(void)
{
	if (orders == NULL || orders->first == 0 || looking ||
	    !called_by_module()) {
		return false;
	}
	orders->seen += 1;
	if (orders->seen < orders->first ||
	    orders->seen - orders->first >= orders->num) {
		return false;
	}
	orders->failed += 1;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t num, size_t size)
{
	return fails() ? NULL : __libc_calloc(num, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}
