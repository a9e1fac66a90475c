/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Try a module in a stock worker that serves nobody, with a time limit. */

#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "source/common/probe_sign.h"

#include "probe_verdict.h"

/* How much of the probe's standard error to keep; ld.so's lines come first. */
#define MESSAGES_MAX 4096

/* The first descriptor that is not a standard one. */
#define FIRST_FREE_FD 3

/* One run of the worker with one module. */
struct attempt {
	const struct probe *probe;
	const char *module;
	const char *preload;
	/* From make_probe_argv(). */
	char **argv;
	/* From messages_open(). */
	int messages;
};

static void set_cannot_probe(struct reason *why, int error)
{
	reason_set(why, "cannot be probed: %s", strerror(error));
}

/*
 * A file in memory for the probe's standard error. Its size is sealed, so a
 * probe can neither fill the memory nor block on a reader.
 */
static int messages_open(void)
{
	int fd = memfd_create("probe", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd == -1) {
		return -1;
	}
	if (ftruncate(fd, MESSAGES_MAX) == -1 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) == -1) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static void messages_read(int fd, char messages[MESSAGES_MAX + 1])
{
	ssize_t len = pread(fd, messages, MESSAGES_MAX, 0);

	messages[len > 0 ? len : 0] = '\0';
}

/* The worker's arguments, with --list-interfaces put first. */
static char **make_probe_argv(char *const *argv)
{
	static char list_interfaces[] = "--list-interfaces";
	char **with = NULL;
	size_t count = 0;

	while (argv[count] != NULL) {
		count++;
	}
	with = calloc(count + 2, sizeof(*with));
	if (with == NULL) {
		return NULL;
	}
	with[0] = argv[0];
	with[1] = list_interfaces;
	for (size_t i = 1; i < count; i++) {
		with[i + 1] = argv[i];
	}
	return with;
}

/* Move our own descriptors up first: they may have a standard number. */
static bool child_redirect(int messages)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	null = fcntl(null, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	messages = fcntl(messages, F_DUPFD_CLOEXEC, FIRST_FREE_FD);

	return dup2(messages, STDERR_FILENO) != -1 &&
	       dup2(null, STDIN_FILENO) != -1 &&
	       dup2(null, STDOUT_FILENO) != -1;
}

/* A probe dumps no core when it crashes, and dies with the loader. */
static bool child_limit(pid_t loader)
{
	const struct rlimit no_core = {.rlim_cur = 0, .rlim_max = 0};

	return setrlimit(RLIMIT_CORE, &no_core) == 0 &&
	       prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == loader;
}

static bool child_set_environment(const char *preload)
{
	return setenv("LD_PRELOAD", preload, 1) == 0 &&
	       setenv("LD_BIND_NOW", "1", 1) == 0 &&
	       setenv(PROBE_VARIABLE, "1", 1) == 0;
}

static void child_run(const struct attempt *attempt, pid_t loader)
	__attribute__((noreturn));

static void child_run(const struct attempt *attempt, pid_t loader)
{
	if (child_redirect(attempt->messages) && child_limit(loader) &&
	    child_set_environment(attempt->preload)) {
		(void)execv(attempt->probe->worker, attempt->argv);
	}
	(void)dprintf(STDERR_FILENO,
		      "cannot run %s: %s\n",
		      attempt->probe->worker,
		      strerror(errno));
	_exit(EXIT_FAILURE);
}

/* Rounded up, so that poll() does not return just before the deadline. */
static int milliseconds_until(const struct timespec *deadline)
{
	struct timespec now;
	long long ms;

	if (clock_gettime(CLOCK_MONOTONIC, &now) == -1) {
		return 0;
	}
	ms = (deadline->tv_sec - now.tv_sec) * 1000LL +
	     (deadline->tv_nsec - now.tv_nsec + 999999) / 1000000;
	if (ms < 0) {
		return 0;
	}
	return ms > INT_MAX ? INT_MAX : (int)ms;
}

/* 1 when the process has ended, 0 at the deadline, -1 with errno. */
static int wait_for_end(pid_t pid, const struct timespec *deadline)
{
	struct pollfd ended = {.events = POLLIN};
	int saved_errno;
	int ret;

	ended.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (ended.fd == -1) {
		return -1;
	}
	do {
		ret = poll(&ended, 1, milliseconds_until(deadline));
	} while (ret == -1 && errno == EINTR);

	saved_errno = errno;
	(void)close(ended.fd);
	errno = saved_errno;
	return ret;
}

static bool reap_probe(pid_t pid, int *status)
{
	pid_t ret;

	do {
		ret = waitpid(pid, status, 0);
	} while (ret == -1 && errno == EINTR);
	return ret == pid;
}

/*
 * Wait for the probe to end, and kill it at the deadline. Anything but
 * PROBE_FITS comes with a reason: the probe has no exit status of its own.
 */
static enum probe_result wait_or_kill(pid_t pid,
				      const struct timespec *deadline,
				      int *status,
				      struct reason *why)
{
	int ended = wait_for_end(pid, deadline);
	int wait_errno = errno;

	if (ended != 1) {
		(void)kill(pid, SIGKILL);
	}
	if (!reap_probe(pid, status)) {
		set_cannot_probe(why, errno);
		return PROBE_DOES_NOT_FIT;
	}
	if (ended == 0) {
		reason_set(why, "its probe did not end in time");
		return PROBE_LATE;
	}
	if (ended == -1) {
		set_cannot_probe(why, wait_errno);
		return PROBE_DOES_NOT_FIT;
	}
	return PROBE_FITS;
}

static enum probe_result run_probe(const struct attempt *attempt,
				   struct reason *why)
{
	char messages[MESSAGES_MAX + 1];
	pid_t loader = getpid();
	int status = 0;
	pid_t pid;
	enum probe_result result;

	pid = fork();
	if (pid == -1) {
		set_cannot_probe(why, errno);
		return PROBE_DOES_NOT_FIT;
	}
	if (pid == 0) {
		child_run(attempt, loader);
	}
	result = wait_or_kill(pid, &attempt->probe->deadline, &status, why);
	if (result != PROBE_FITS) {
		return result;
	}
	messages_read(attempt->messages, messages);
	return probe_verdict(status, messages, attempt->module, why)
		       ? PROBE_FITS
		       : PROBE_DOES_NOT_FIT;
}

/*
 * An ignored SIGCHLD is inherited through exec, and the probe's exit status
 * would be lost. Where SIGCHLD is blocked, restoring it also discards the one
 * that the probe left pending.
 */
static enum probe_result run_with_default_sigchld(const struct attempt *attempt,
						  struct reason *why)
{
	const struct sigaction by_default = {.sa_handler = SIG_DFL};
	struct sigaction inherited;
	enum probe_result result;

	if (sigaction(SIGCHLD, &by_default, &inherited) == -1) {
		set_cannot_probe(why, errno);
		return PROBE_DOES_NOT_FIT;
	}
	result = run_probe(attempt, why);
	if (sigaction(SIGCHLD, &inherited, NULL) == -1) {
		set_cannot_probe(why, errno);
		return PROBE_DOES_NOT_FIT;
	}
	return result;
}

enum probe_result probe_module(const struct probe *probe,
			       const char *module,
			       const char *preload,
			       struct reason *why)
{
	struct attempt attempt = {
		.probe = probe,
		.module = module,
		.preload = preload,
		.argv = make_probe_argv(probe->argv),
		.messages = messages_open(),
	};
	enum probe_result result = PROBE_DOES_NOT_FIT;

	if (attempt.argv == NULL || attempt.messages == -1) {
		set_cannot_probe(why, errno);
	} else {
		result = run_with_default_sigchld(&attempt, why);
	}

	if (attempt.messages != -1) {
		(void)close(attempt.messages);
	}
	free(attempt.argv);
	return result;
}
