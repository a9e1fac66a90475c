/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Try a module in a stock worker that serves nobody, with a time limit. */

#ifndef SESSIONDEL_PROBE_H
#define SESSIONDEL_PROBE_H

#include <stdbool.h>
#include <time.h>

#include "reason.h"

/*
 * Set to "1" only in the probe. The module then exits with PROBE_WRONG_SERIES
 * if this Samba is of another series than its own. Otherwise it writes the line
 * PROBE_SIGN to standard error, which proves that LD_PRELOAD was not lost on
 * the way to the worker.
 */
#define PROBE_VARIABLE "SESSIONDEL_PROBE"
#define PROBE_WRONG_SERIES 77
#define PROBE_SIGN "sessiondel fits\n"

struct probe {
	/* Path of the stock worker. */
	const char *worker;
	/* The arguments that the worker will get; NULL-terminated. */
	char *const *argv;
	/* When to give up, on CLOCK_MONOTONIC. */
	struct timespec deadline;
};

/**
 * Does the stock worker load the module, with every symbol resolved?
 *
 * The worker is run with its own arguments and --list-interfaces, so it reads
 * the same smb.conf and ends by itself. When this returns, it has ended, all
 * descriptors are closed, and the disposition of SIGCHLD is restored.
 *
 * @param[in]  module   Path of the module, as LD_PRELOAD names it.
 * @param[in]  preload  The value of LD_PRELOAD to try.
 * @param[out] why      If false: what is wrong with the module.
 */
bool probe_fits(const struct probe *probe,
		const char *module,
		const char *preload,
		struct reason *why);

#endif
