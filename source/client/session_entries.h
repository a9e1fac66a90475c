/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Turns the entries that a server sends into the library's. */

#ifndef SMBSESSION_SESSION_ENTRIES_H
#define SMBSESSION_SESSION_ENTRIES_H

#include "context.h"
#include "session_list.h"

struct session_enum_struct;

/**
 * Add the entries of one answer.
 *
 * @param[in,out] list  its level is the one that was requested
 * @param[in]     sent  must outlive the list, which points to its strings
 *
 * @return NERR_Success; ERROR_INVALID_DATA for an answer of another level;
 *         ERROR_NOT_ENOUGH_MEMORY
 */
NET_API_STATUS session_entries_add(struct smbsession_list *list,
				   const struct session_enum_struct *sent);

#endif
