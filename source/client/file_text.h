/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a whole file or pipe. */

#ifndef SMBSESSION_FILE_TEXT_H
#define SMBSESSION_FILE_TEXT_H

#include <talloc.h>

/**
 * Read a file to its end, as a string.
 *
 * @param[in] milliseconds  how long to wait for its end
 * @param[out] read_length  in bytes; may be NULL
 *
 * @return NULL on errors, with errno; ETIMEDOUT when that was too short
 */
char *file_text(TALLOC_CTX *mem_ctx,
		int file,
		int milliseconds,
		size_t *read_length);

#endif
