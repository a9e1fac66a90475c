/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The value of LD_PRELOAD that loads the module, and what was there before. */

#ifndef SESSIONDEL_PRELOAD_H
#define SESSIONDEL_PRELOAD_H

#include <stdbool.h>

/**
 * Can LD_PRELOAD name this path? ld.so splits the value at colons and blanks,
 * expands '$', and has no way to quote them.
 */
bool preload_can_name(const char *path);

/**
 * Put the module before what LD_PRELOAD already holds.
 *
 * @param[in] module  Path that preload_can_name().
 * @param[in] old     The value so far; NULL or "" for none.
 *
 * @return The new value, which the caller frees; NULL when out of memory.
 */
char *preload_compose(const char *module, const char *old);

#endif
