/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Try a module in a stock worker that serves nobody, within bounded time. */

#ifndef SESSIONDEL_PROBE_H
#define SESSIONDEL_PROBE_H

#include <stdbool.h>
#include <time.h>

#include "reason.h"

/*
 * Set to "1" in the probe alone. A module that sees it and finds a Samba of
 * another series than its own ends the process with PROBE_WRONG_SERIES. One
 * that fits writes PROBE_SIGN, a line, to standard error: LD_PRELOAD can get
 * lost between the loader and the worker, and then nobody else says so.
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
 * the same smb.conf and ends by itself. It is gone when this returns, as are
 * all descriptors, and the disposition of SIGCHLD is as it was.
 *
 * @param[in]  module   Path of the module, as LD_PRELOAD names it.
 * @param[in]  preload  The value of LD_PRELOAD to try.
 * @param[out] why      With false: what is wrong with the module.
 */
bool probe_fits(const struct probe *probe,
		const char *module,
		const char *preload,
		struct reason *why);

#endif
