/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Try a module in a stock worker that serves nobody, with a time limit. */

#ifndef SESSIONDEL_PROBE_H
#define SESSIONDEL_PROBE_H

#include <time.h>

#include "reason.h"

struct probe {
	/* Path of the stock worker. */
	const char *worker;
	/* The arguments that the worker will get; NULL-terminated. */
	char *const *argv;
	/* When to give up, on CLOCK_MONOTONIC. */
	struct timespec deadline;
};

enum probe_result {
	PROBE_FITS,
	PROBE_DOES_NOT_FIT,
	/* It did not end before the deadline. */
	PROBE_LATE,
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
 * @param[out] why      If not PROBE_FITS: what is wrong with the module.
 */
enum probe_result probe_module(const struct probe *probe,
			       const char *module,
			       const char *preload,
			       struct reason *why);

#endif
