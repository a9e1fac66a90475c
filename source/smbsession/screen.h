/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names and times as a person reads them. */

#ifndef SMBSESSION_SCREEN_H
#define SMBSESSION_SCREEN_H

#include <stddef.h>
#include <stdint.h>

/* How a server says that it does not know a time. */
#define SCREEN_NO_TIME UINT32_MAX

/**
 * Make text fit to be shown in the locale's character set.
 *
 * What is not printable there, and what changes the direction of the text
 * around it, becomes \xHH for each byte: a name from the network can neither
 * command the terminal nor pass for another name.
 *
 * @param[in] text  NULL is ""
 *
 * @return For free(); NULL when out of memory.
 */
char *screen_text(const char *text);

/** Columns that a string takes which screen_text() made. */
size_t screen_width(const char *text);

/** Shorten a string to so many columns, at least 4; the end becomes "...". */
void screen_shorten(char *text, size_t width);

/**
 * Write seconds as "0:07", "1:23:45" or "5d 06:07".
 *
 * @param[out] out  "-" for SCREEN_NO_TIME
 */
void screen_time(uint32_t seconds, char out[16]);

#endif
