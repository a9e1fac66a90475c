/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a server sends of its list, made into entries of ours. */

#ifndef SMBSESSION_SESSION_ENTRIES_H
#define SMBSESSION_SESSION_ENTRIES_H

#include "context.h"

struct session_enum_struct;

/**
 * Add what one answer brought.
 *
 * @param[in,out] list  its level is the one that was asked for
 * @param[in]     sent  must outlive the list: its strings stay where they are
 *
 * @return NERR_Success; ERROR_INVALID_DATA for an answer of another level;
 *         ERROR_NOT_ENOUGH_MEMORY
 */
NET_API_STATUS session_entries_add(struct smbsession_list *list,
				   const struct session_enum_struct *sent);

#endif
