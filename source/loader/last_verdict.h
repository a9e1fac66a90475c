/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which module fitted which worker when it was last probed. */

#ifndef SESSIONDEL_LAST_VERDICT_H
#define SESSIONDEL_LAST_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Holds any verdict. */
#define LAST_VERDICT_MAX 256

/**
 * Say that a module fits a worker: a line with the device, inode, size and time
 * of change of both files.
 */
void last_verdict_line(const struct stat *module,
		       const struct stat *worker,
		       char line[LAST_VERDICT_MAX]);

/**
 * Keep a line in a directory, which is made if it is missing, for root only.
 * Nothing happens if it is there already, or cannot be kept.
 *
 * @param[in] directory  Directories above it are root's.
 * @param[in] running    The effective uid.
 */
void last_verdict_keep(const char *directory, uid_t running, const char *line);

/**
 * Is this the line that was kept? Only in a directory and a file that nobody
 * but root and the running user could have written.
 */
bool last_verdict_is_kept(const char *directory,
			  uid_t running,
			  const char *line);

/**
 * Remove a line if it is kept.
 */
void last_verdict_forget(const char *directory,
			 uid_t running,
			 const char *line);

#endif
