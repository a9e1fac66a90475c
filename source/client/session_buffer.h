/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Turns a list into the buffer that NetSessionEnum() returns. */

#ifndef SMBSESSION_SESSION_BUFFER_H
#define SMBSESSION_SESSION_BUFFER_H

#include "context.h"
#include "session_list.h"

/** Is there a SESSION_INFO_x of this level? */
bool session_buffer_has_level(uint32_t level);

/**
 * Make an array of SESSION_INFO_x. A string that the list does not have is "".
 *
 * @param[in] list   Belongs to the buffer then, because it has the strings.
 * @param[in] level  One that there is.
 *
 * @return Free it with talloc_free(). NULL when out of memory.
 */
uint8_t *session_buffer_new(struct smbsession_list *list, uint32_t level);

#endif
