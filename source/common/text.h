/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text from the network: what is in it, and how logs show it. */

#ifndef SESSIONDEL_TEXT_H
#define SESSIONDEL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Is there a control character (Unicode category Cc) in a string of Samba's
 * unix charset?
 */
bool text_has_control(const char *text);

/**
 * Find the first or the last c in a string of Samba's unix charset, where a
 * byte of that value may also be part of another character. (Samba's own
 * strchr_m() is a function in some releases of a series, a macro in others.)
 *
 * @param[in] text  NUL-terminated.
 * @param[in] c     An ASCII character.
 *
 * @return Where it is in text, NULL if it is not there.
 */
const char *text_find_first(const char *text, char c);
const char *text_find_last(const char *text, char c);

/**
 * Escape a string for a log line in double quotes
 * (docs/spec.md#what-is-recorded).
 *
 * Printable UTF-8 stays. Quotes and backslashes get a backslash. Control and
 * format characters (bidirectional marks, line separators) and bytes that are
 * not UTF-8 become \xHH, so nothing can forge or hide a line. Text that does
 * not fit ends in "...".
 *
 * @param[in]  text  NUL-terminated; NULL is written as "".
 * @param[out] out   Always NUL-terminated.
 * @param[in]  size  Bytes in out, at least 8.
 *
 * @return out
 */
const char *text_escape(const char *text, char *out, size_t size);

#endif
