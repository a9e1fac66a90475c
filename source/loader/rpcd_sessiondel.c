/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Run Samba's own rpcd_classic, with the module in LD_PRELOAD if the module
 * fits. samba-dcerpcd starts this program where it expects rpcd_classic.
 *
 * It runs as root. No environment variable chooses what it runs or loads.
 */

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "source/common/syslog.h"

#include "last_verdict.h"
#include "module_path.h"
#include "preload.h"
#include "probe.h"
#include "reason.h"
#include "trust.h"
#include "worker_series.h"

/* How long all probes together may delay the start of a worker. */
#define PROBE_SECONDS 2

static const char tag[] = "rpcd_sessiondel";
static const char own_executable[] = "/proc/self/exe";
static const char libdir[] = SESSIONDEL_LIBDIR;

/* Where root keeps the last verdict until the machine starts again. */
static const char verdict_directory[] = "/run/samba-sessiondel";

/* Where a package puts the original; samba-dcerpcd does not look there. */
static const char diverted_worker[] =
	SAMBA_LIBEXECDIR "/samba-sessiondel/rpcd_classic";
static const char stock_worker[] = SAMBA_LIBEXECDIR "/rpcd_classic";

/* Without a syslogd, use standard error, which goes to Samba's log. */
static void log_warning(const char *message)
{
	if (!sessiondel_syslog(LOG_DAEMON | LOG_WARNING, tag, message)) {
		(void)fprintf(stderr, "%s: %s\n", tag, message);
	}
}

static int exit_with_error(const char *worker, const char *what)
{
	char message[PATH_MAX + 256];

	(void)snprintf(message,
		       sizeof(message),
		       "cannot run Samba's %s: %s",
		       worker,
		       what);
	(void)sessiondel_syslog(LOG_DAEMON | LOG_ERR, tag, message);
	(void)fprintf(stderr, "%s: %s\n", tag, message);
	return EXIT_FAILURE;
}

static const char *find_worker(void)
{
	struct stat st;

	return stat(diverted_worker, &st) == 0 ? diverted_worker : stock_worker;
}

/* Running ourselves would never end. */
static bool is_own_executable(const char *worker)
{
	struct stat own;
	struct stat other;

	if (stat(own_executable, &own) == -1) {
		/* Without /proc: the path that the kernel was given. */
		/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
		const char *path = (const char *)getauxval(AT_EXECFN);

		if (path == NULL || stat(path, &own) == -1) {
			return false;
		}
	}
	return stat(worker, &other) == 0 && own.st_dev == other.st_dev &&
	       own.st_ino == other.st_ino;
}

static bool asks_for_interfaces(char *const *argv)
{
	for (size_t i = 0; argv[i] != NULL; i++) {
		if (strcmp(argv[i], "--list-interfaces") == 0) {
			return true;
		}
	}
	return false;
}

static bool make_verdict_line(const char *module,
			      const char *worker,
			      char line[LAST_VERDICT_MAX])
{
	struct stat module_st;
	struct stat worker_st;

	if (geteuid() != 0 || stat(module, &module_st) == -1 ||
	    stat(worker, &worker_st) == -1) {
		return false;
	}
	last_verdict_line(&module_st, &worker_st, line);
	return true;
}

/*
 * Probe the module. A probe that is late says nothing about it: if these very
 * files fitted when they were last probed, they still do. There is a reason
 * then, as with a module that does not fit.
 */
static bool probe_or_remember(const struct probe *probe,
			      const char *module,
			      const char *preload,
			      struct reason *why)
{
	char line[LAST_VERDICT_MAX];
	/* before the probe: files that are replaced meanwhile are others */
	bool has_line = make_verdict_line(module, probe->worker, line);
	enum probe_result result = probe_module(probe, module, preload, why);

	if (!has_line) {
		return result == PROBE_FITS;
	}
	switch (result) {
	case PROBE_FITS:
		last_verdict_keep(verdict_directory, 0, line);
		return true;
	case PROBE_DOES_NOT_FIT:
		last_verdict_forget(verdict_directory, 0, line);
		return false;
	case PROBE_LATE:
		return last_verdict_is_kept(verdict_directory, 0, line);
	}
	return false;
}

/*
 * The value of LD_PRELOAD if the module fits, otherwise NULL with a reason. A
 * module that fits by an earlier probe also has a reason.
 */
static char *try_module(const char *path,
			const struct probe *probe,
			struct reason *why)
{
	char resolved[PATH_MAX];
	char *preload = NULL;

	if (realpath(path, resolved) == NULL) {
		reason_set(why, "%s", strerror(errno));
		return NULL;
	}
	if (!preload_can_name(resolved)) {
		reason_set(why, "a colon, blank or dollar sign in its path");
		return NULL;
	}
	if (!trust_file(resolved, geteuid(), why)) {
		return NULL;
	}

	preload = preload_compose(resolved, getenv("LD_PRELOAD"));
	if (preload == NULL) {
		reason_set(why, "%s", strerror(ENOMEM));
		return NULL;
	}
	if (!probe_or_remember(probe, resolved, preload, why)) {
		free(preload);
		return NULL;
	}
	return preload;
}

/*
 * The line that says why stock Samba serves, or why a module is taken that was
 * not probed to its end; "" if there is nothing to say.
 */
struct notice {
	char line[SESSIONDEL_SYSLOG_MAX];
};

static void notice_add(struct notice *notice,
		       const char *path,
		       const struct reason *why)
{
	size_t len = strlen(notice->line);

	(void)snprintf(notice->line + len,
		       sizeof(notice->line) - len,
		       "%s %s: %s",
		       notice->line[len - 1] == ':' ? "" : ";",
		       path,
		       why->text);
}

/* Say of a module that is taken what there is to say. */
static void notice_set_taken(struct notice *notice,
			     const char *path,
			     const struct reason *why)
{
	notice->line[0] = '\0';
	if (why->text[0] != '\0') {
		(void)snprintf(notice->line,
			       sizeof(notice->line),
			       "module loaded because the same files fitted "
			       "before: %s: %s",
			       path,
			       why->text);
	}
}

/* The value of LD_PRELOAD for the first module that fits, or NULL. */
static char *try_modules(char *const *paths,
			 const char *worker,
			 char *const *argv,
			 struct notice *notice)
{
	struct probe probe = {.worker = worker, .argv = argv};

	if (clock_gettime(CLOCK_MONOTONIC, &probe.deadline) == -1) {
		(void)snprintf(notice->line,
			       sizeof(notice->line),
			       "module left out, stock Samba serves: no clock");
		return NULL;
	}
	(void)snprintf(notice->line,
		       sizeof(notice->line),
		       "module left out, stock Samba serves:");
	probe.deadline.tv_sec += PROBE_SECONDS;

	for (size_t i = 0; paths[i] != NULL; i++) {
		struct reason why = {.text = ""};
		char *preload = try_module(paths[i], &probe, &why);

		if (preload != NULL) {
			notice_set_taken(notice, paths[i], &why);
			return preload;
		}
		notice_add(notice, paths[i], &why);
	}
	return NULL;
}

static char *choose_preload(const char *worker,
			    char *const *argv,
			    struct notice *notice)
{
	char buffer[PATH_MAX];
	const char *program = realpath(own_executable, buffer);
	char series[WORKER_SERIES_MAX];
	char **paths = NULL;
	char *preload = NULL;

	worker_series(worker, series);
	if (!module_paths_list(program, libdir, series, &paths)) {
		(void)snprintf(
			notice->line,
			sizeof(notice->line),
			"cannot list the modules in %s, stock Samba serves",
			libdir);
		return NULL;
	}
	if (paths[0] == NULL) {
		(void)snprintf(
			notice->line,
			sizeof(notice->line),
			"no sessiondel.so beside %s nor in %s/<series>/, "
			"stock Samba serves",
			program != NULL ? program : tag,
			libdir);
	} else {
		preload = try_modules(paths, worker, argv, notice);
	}
	module_paths_free(paths);
	return preload;
}

static void preload_module(const char *worker, char *const *argv)
{
	struct notice notice;
	char *preload = choose_preload(worker, argv, &notice);

	if (notice.line[0] != '\0') {
		log_warning(notice.line);
	}
	if (preload != NULL && setenv("LD_PRELOAD", preload, 1) == -1) {
		log_warning("no memory for LD_PRELOAD, stock Samba serves");
	}
	free(preload);
}

/* Print the LD_PRELOAD that a worker would get now, or why it gets none. */
static int check_module(const char *worker, char *program)
{
	char *argv[] = {program, NULL};
	struct notice notice;
	char *preload = choose_preload(worker, argv, &notice);

	(void)puts(preload != NULL ? preload : notice.line);
	if (preload == NULL) {
		return EXIT_FAILURE;
	}
	free(preload);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	const char *worker = find_worker();

	if (is_own_executable(worker)) {
		return exit_with_error(
			worker,
			"it is this program; the original belongs "
			"in " SAMBA_LIBEXECDIR "/samba-sessiondel");
	}
	if (argc == 2 && strcmp(argv[1], "--check-module") == 0) {
		return check_module(worker, argv[0]);
	}
	if (!asks_for_interfaces(argv)) {
		preload_module(worker, argv);
	}

	(void)execv(worker, argv);
	return exit_with_error(worker, strerror(errno));
}
