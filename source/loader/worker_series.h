/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which Samba series does a worker name? */

#ifndef SESSIONDEL_WORKER_SERIES_H
#define SESSIONDEL_WORKER_SERIES_H

#include <stddef.h>

/* Holds any series that is found. */
#define WORKER_SERIES_MAX 32

/**
 * The length of the series, such as "4.17", that the bytes begin with: two
 * numbers and a dot. 0 if they begin with none.
 */
size_t series_len(const char *bytes, size_t len);

/**
 * Find the series in a worker's bytes. Samba's version is in the names of the
 * symbol versions of its private libraries, as in "SAMBA_4.17.12_DEBIAN", so
 * the series of these is "4.17".
 *
 * @param[out] series  "" if there is none.
 */
void worker_series_in(const char *bytes,
		      size_t len,
		      char series[WORKER_SERIES_MAX]);

/**
 * The same for a file. It is only a hint: a probe says which module fits.
 *
 * @param[out] series  Also "" if the file cannot be read.
 */
void worker_series(const char *worker, char series[WORKER_SERIES_MAX]);

#endif
