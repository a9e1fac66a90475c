/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the end of a probe and its messages say about the module. */

#ifndef SESSIONDEL_PROBE_VERDICT_H
#define SESSIONDEL_PROBE_VERDICT_H

#include <stdbool.h>

#include "reason.h"

/**
 * Was the module in the worker that was run, and did the worker end well?
 *
 * @param[in]     status    From waitpid().
 * @param[in,out] messages  What came to standard error; cut into lines here.
 * @param[in]     module    Path of the module, as LD_PRELOAD named it.
 * @param[out]    why       With false: what is wrong with the module.
 */
bool probe_verdict(int status,
		   char *messages,
		   const char *module,
		   struct reason *why);

#endif
