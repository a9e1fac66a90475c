/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the loader's probe and the module agree on. */

#ifndef SESSIONDEL_PROBE_SIGN_H
#define SESSIONDEL_PROBE_SIGN_H

/*
 * Set to "1" only in the probe. The module then exits with PROBE_WRONG_SERIES
 * if this Samba is of another series than its own. Otherwise it writes the line
 * PROBE_SIGN to standard error, which proves that LD_PRELOAD was not lost on
 * the way to the worker.
 */
#define PROBE_VARIABLE "SESSIONDEL_PROBE"
#define PROBE_WRONG_SERIES 77
#define PROBE_SIGN "sessiondel fits\n"

#endif
