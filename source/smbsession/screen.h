/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names for people to read. */

#ifndef SMBSESSION_SCREEN_H
#define SMBSESSION_SCREEN_H

#include <stddef.h>

/**
 * Make text safe to show in the locale's character set.
 *
 * Characters that cannot be printed, or that change the direction of text,
 * become \xHH for each byte. So a name from the network cannot control the
 * terminal, nor look like another name.
 *
 * @param[in] text  NULL counts as ""
 *
 * @return Free it with free(). NULL when out of memory.
 */
char *screen_text(const char *text);

/** The width, in columns, of a string that screen_text() made. */
size_t screen_width(const char *text);

/** Shorten a string to width columns, at least 4; the end becomes "...". */
void screen_shorten(char *text, size_t width);

#endif
