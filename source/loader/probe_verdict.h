/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the end of a probe and its messages say about the module. */

#ifndef SESSIONDEL_PROBE_VERDICT_H
#define SESSIONDEL_PROBE_VERDICT_H

#include <stdbool.h>

#include "reason.h"

/**
 * Was the module loaded into the worker, and did the worker succeed?
 *
 * @param[in]     status    From waitpid().
 * @param[in,out] messages  The probe's standard error; changed by this.
 * @param[in]     module    Path of the module, as LD_PRELOAD named it.
 * @param[out]    why       If false: what is wrong with the module.
 */
bool probe_verdict(int status,
		   char *messages,
		   const char *module,
		   struct reason *why);

#endif
