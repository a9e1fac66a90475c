/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A library that is preloaded into the loader, where one call into libc fails.
 * The programs that the loader runs inherit it, but nothing fails there.
 */

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include "preload.h"

#define LOADER "/rpcd_sessiondel"

/* glibc's own functions, under names that this file does not define. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t num, size_t size);

/* Memory shared with the test, which sets which. */
struct orders {
	/* the call that fails, from 1 */
	uint64_t which;
	/* how many calls there were */
	uint64_t seen;
};

static struct orders *orders;

__attribute__((constructor)) static void begin(void)
{
	char path[4096] = "";
	const ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1) -
			    (ssize_t)strlen(LOADER);

	if (len >= 0 && strcmp(path + len, LOADER) == 0) {
		orders = preload_orders(sizeof(*orders));
	}
}

/* The loader's child counts on where the loader was. */
static bool fails(void)
{
	if (orders == NULL || ++orders->seen != orders->which) {
		return false;
	}
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

/* A function that returns -1 when it fails. */
#define FAIL(type, name, parameters, arguments)                   \
	type name parameters                                      \
	{                                                         \
		type(*next) parameters = dlsym(RTLD_NEXT, #name); \
                                                                  \
		return fails() ? -1 : next arguments;             \
	}

FAIL(int, open, (const char *path, int flags, ...), (path, flags, 0600))
FAIL(int,
     openat,
     (int at, const char *path, int flags, ...),
     (at, path, flags, 0600))
FAIL(int, memfd_create, (const char *name, unsigned flags), (name, flags))
FAIL(int, ftruncate, (int fd, off_t len), (fd, len))
FAIL(int, stat, (const char *path, struct stat *st), (path, st))
FAIL(int, lstat, (const char *path, struct stat *st), (path, st))
FAIL(int, fstat, (int fd, struct stat *st), (fd, st))
FAIL(int, mkdir, (const char *path, mode_t mode), (path, mode))
FAIL(ssize_t, read, (int fd, void *data, size_t len), (fd, data, len))
FAIL(ssize_t, write, (int fd, const void *data, size_t len), (fd, data, len))
FAIL(int, dup2, (int from, int to), (from, to))
FAIL(pid_t, fork, (void), ())
FAIL(int, poll, (struct pollfd * fds, nfds_t num, int limit), (fds, num, limit))
FAIL(pid_t, waitpid, (pid_t pid, int *status, int flags), (pid, status, flags))
FAIL(int,
     sigaction,
     (int number, const void *new, void *old),
     (number, new, old))
FAIL(int,
     setrlimit,
     (__rlimit_resource_t what, const struct rlimit *limit),
     (what, limit))
FAIL(int, clock_gettime, (clockid_t clock, struct timespec *now), (clock, now))
FAIL(int,
     setenv,
     (const char *name, const char *value, int replace),
     (name, value, replace))
FAIL(int,
     socket,
     (int domain, int type, int protocol),
     (domain, type, protocol))

/* The loader calls only pidfd_open() this way. */
long syscall(long number, ...)
{
	long (*next)(long number, ...) = dlsym(RTLD_NEXT, "syscall");
	va_list arguments;
	pid_t pid;
	unsigned flags;

	va_start(arguments, number);
	pid = va_arg(arguments, pid_t);
	flags = va_arg(arguments, unsigned);
	va_end(arguments);
	return fails() ? -1 : next(number, pid, flags);
}
