/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Could anybody but root and the running user have written a file? */

#ifndef SESSIONDEL_TRUST_H
#define SESSIONDEL_TRUST_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "reason.h"

enum trust_verdict {
	TRUSTED,
	/* Owned by neither root nor the running user. */
	TRUST_FOREIGN_OWNER,
	/* Writable by its group or by everybody, even with a sticky bit. */
	TRUST_WRITABLE_BY_OTHERS,
};

/**
 * Judge one file or directory by its owner and mode.
 *
 * Access control lists need no check of their own: the group bits of the mode
 * limit what a list grants to anybody but the owner.
 *
 * @param[in] st       From lstat(), so that a symbolic link never passes.
 * @param[in] running  The effective uid that would run the file's code.
 */
enum trust_verdict trust_judge(const struct stat *st, uid_t running);

/**
 * Is this a regular file that nobody but root and the running user can change
 * or replace? The file and every directory above it are judged.
 *
 * @param[in]  resolved  Absolute path from realpath().
 * @param[in]  running   The effective uid that would run the file's code.
 * @param[out] why       If false: the first thing that is wrong.
 */
bool trust_file(const char *resolved, uid_t running, struct reason *why);

#endif
