/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The value of LD_PRELOAD that loads the module, and what was there before. */

#ifndef SESSIONDEL_PRELOAD_H
#define SESSIONDEL_PRELOAD_H

#include <stdbool.h>

/**
 * Can LD_PRELOAD name this path? ld.so splits the value at colons and blanks,
 * expands '$', and knows no way to quote any of them.
 */
bool preload_can_name(const char *path);

/**
 * Put the module before what LD_PRELOAD already holds.
 *
 * @param[in] module  Path that preload_can_name().
 * @param[in] old     The value so far; NULL and "" for none.
 *
 * @return The new value, to be freed by the caller; NULL when out of memory.
 */
char *preload_compose(const char *module, const char *old);

#endif
