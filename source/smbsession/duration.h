/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Durations as people write them. */

#ifndef SMBSESSION_DURATION_H
#define SMBSESSION_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/* How a server says that it does not know a time. */
#define DURATION_UNKNOWN UINT32_MAX

/**
 * Read "8h", "1d 2h", "90 minutes", or "30", which are seconds.
 *
 * @return false: it is no duration, or longer than a server can say
 */
bool duration_read(const char *text, uint32_t *seconds);

/**
 * Write seconds as "7s", "1m7s", "2h5m" or "5d6h", which duration_read() can
 * read: with two units at most, and no blank.
 *
 * @param[out] out  "-" for DURATION_UNKNOWN
 */
void duration_write(uint32_t seconds, char out[24]);

#endif
