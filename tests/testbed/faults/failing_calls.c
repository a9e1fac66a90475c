/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A library that is preloaded into the loader, where one call into libc fails.
 * The programs that the loader runs inherit it, but nothing fails there.
 *
 * In a program named by FAILING_PROGRAM, a call fails only if the program makes
 * it itself, and no library that it uses.
 */

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>

#include "preload.h"

#define LOADER "rpcd_sessiondel"

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
static bool only_own;

__attribute__((constructor)) static void begin(void)
{
	const char *program = getenv("FAILING_PROGRAM");
	char path[4096] = "";
	const char *name;

	if (readlink("/proc/self/exe", path, sizeof(path) - 1) == -1) {
		return;
	}
	name = strrchr(path, '/') + 1;
	if (strcmp(name, program != NULL ? program : LOADER) == 0) {
		orders = preload_orders(sizeof(*orders));
		only_own = program != NULL;
	}
}

/* Whether this is an address in the program. */
static bool is_own(void *caller)
{
	Dl_info of_caller, of_program;

	return dladdr(caller, &of_caller) != 0 &&
	       dladdr((void *)getauxval(AT_ENTRY), &of_program) != 0 &&
	       of_caller.dli_fbase == of_program.dli_fbase;
}

/* The loader's child counts on where the loader was. */
static bool fails(void *caller)
{
	if (orders == NULL || (only_own && !is_own(caller)) ||
	    ++orders->seen != orders->which) {
		return false;
	}
	errno = ENOMEM;
	return true;
}

#define FAILS() fails(__builtin_return_address(0))

void *malloc(size_t size)
{
	return FAILS() ? NULL : __libc_malloc(size);
}

void *calloc(size_t num, size_t size)
{
	return FAILS() ? NULL : __libc_calloc(num, size);
}

/* A function that returns something else when it fails. */
#define FAIL_AS(failure, type, name, parameters, arguments)       \
	type name parameters                                      \
	{                                                         \
		type(*next) parameters = dlsym(RTLD_NEXT, #name); \
                                                                  \
		return FAILS() ? (failure) : next arguments;      \
	}

/* One that returns -1. */
#define FAIL(type, name, parameters, arguments) \
	FAIL_AS(-1, type, name, parameters, arguments)

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
FAIL(int, pipe2, (int ends[2], int flags), (ends, flags))
FAIL(int,
     setsockopt,
     (int fd, int level, int option, const void *value, socklen_t len),
     (fd, level, option, value, len))
FAIL(int,
     connect,
     (int fd, const struct sockaddr *address, socklen_t len),
     (fd, address, len))
FAIL(int,
     bind,
     (int fd, const struct sockaddr *address, socklen_t len),
     (fd, address, len))
FAIL(int, listen, (int fd, int backlog), (fd, backlog))
FAIL(int,
     accept4,
     (int fd, struct sockaddr *address, socklen_t *len, int flags),
     (fd, address, len, flags))
FAIL(ssize_t,
     send,
     (int fd, const void *data, size_t len, int flags),
     (fd, data, len, flags))
FAIL(ssize_t,
     recv,
     (int fd, void *data, size_t len, int flags),
     (fd, data, len, flags))
FAIL(ssize_t,
     getrandom,
     (void *data, size_t len, unsigned flags),
     (data, len, flags))
FAIL_AS(NULL, char *, mkdtemp, (char *template), (template))
FAIL_AS(NULL, char *, realpath, (const char *path, char *to), (path, to))
FAIL_AS(ENOMEM,
	int,
	posix_spawn,
	(pid_t * pid,
	 const char *path,
	 const posix_spawn_file_actions_t *actions,
	 const posix_spawnattr_t *attributes,
	 char *const argv[],
	 char *const env[]),
	(pid, path, actions, attributes, argv, env))
FAIL_AS(ENOMEM,
	int,
	posix_spawn_file_actions_init,
	(posix_spawn_file_actions_t * actions),
	(actions))
FAIL_AS(ENOMEM,
	int,
	posix_spawn_file_actions_adddup2,
	(posix_spawn_file_actions_t * actions, int from, int to),
	(actions, from, to))
FAIL_AS(ENOMEM,
	int,
	posix_spawn_file_actions_addopen,
	(posix_spawn_file_actions_t * actions,
	 int fd,
	 const char *path,
	 int flags,
	 mode_t mode),
	(actions, fd, path, flags, mode))
FAIL_AS(ENOMEM,
	int,
	posix_spawn_file_actions_addclosefrom_np,
	(posix_spawn_file_actions_t * actions, int from),
	(actions, from))
FAIL_AS(ENOMEM,
	int,
	posix_spawnattr_init,
	(posix_spawnattr_t * attributes),
	(attributes))
FAIL_AS(ENOMEM,
	int,
	posix_spawnattr_setflags,
	(posix_spawnattr_t * attributes, short flags),
	(attributes, flags))

/* For pidfd_open(). Every system call has at most six arguments. */
long syscall(long number, ...)
{
	long (*next)(long number, ...) = dlsym(RTLD_NEXT, "syscall");
	long argument[6];
	va_list arguments;

	va_start(arguments, number);
	for (int i = 0; i < 6; i++) {
		argument[i] = va_arg(arguments, long);
	}
	va_end(arguments);
	if (number == SYS_pidfd_open && FAILS()) {
		return -1;
	}
	return next(number,
		    argument[0],
		    argument[1],
		    argument[2],
		    argument[3],
		    argument[4],
		    argument[5]);
}
