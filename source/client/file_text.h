/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a whole file or pipe. */

#ifndef SMBSESSION_FILE_TEXT_H
#define SMBSESSION_FILE_TEXT_H

#include <talloc.h>

/**
 * Read a file to its end, as a string. The string is as long as its talloc size
 * says, less the NUL at its end, if the file has NULs too.
 *
 * @param[in] milliseconds  how long to wait for its end
 *
 * @return NULL on errors, with errno; ETIMEDOUT when that was too short
 */
char *file_text(TALLOC_CTX *mem_ctx, int file, int milliseconds);

#endif
