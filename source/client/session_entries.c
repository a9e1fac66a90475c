/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Turns the entries that a server sends into the library's. */

#include "session_entries.h"

#include <ndr.h>

#include "error_code.h"
#include "ndr_netr_session.h"

/* The fields of each level, copied by name. */
#define ENTRY_0(from) .client = (from)->cname
#define ENTRY_10(from)                                                 \
	ENTRY_0(from), .user = (from)->username, .time = (from)->time, \
		       .idle_time = (from)->idle_time
#define ENTRY_1(from)                                   \
	ENTRY_10(from), .num_opens = (from)->num_opens, \
			.user_flags = (from)->user_flags
#define ENTRY_2(from) ENTRY_1(from), .client_type = (from)->cltype_name
#define ENTRY_502(from) ENTRY_2(from), .transport = (from)->transport

#define COPY_EACH(container, entry)                        \
	for (size_t i = 0; i < count_of(container); i++) { \
		to[i] = (struct smbsession_info){          \
			entry(&(container)->buffer[i])};   \
	}

#define count_of(container)                                 \
	((container) != NULL && (container)->buffer != NULL \
		 ? (container)->entries                     \
		 : 0)

static size_t count_entries(const struct session_enum_struct *sent)
{
	switch (sent->level) {
	case 0:
		return count_of(sent->info.level0);
	case 1:
		return count_of(sent->info.level1);
	case 2:
		return count_of(sent->info.level2);
	case 10:
		return count_of(sent->info.level10);
	case 502:
		return count_of(sent->info.level502);
	default:
		return 0;
	}
}

static void copy_entries(const struct session_enum_struct *sent,
			 struct smbsession_info *to)
{
	switch (sent->level) {
	case 0:
		COPY_EACH(sent->info.level0, ENTRY_0);
		break;
	case 1:
		COPY_EACH(sent->info.level1, ENTRY_1);
		break;
	case 2:
		COPY_EACH(sent->info.level2, ENTRY_2);
		break;
	case 10:
		COPY_EACH(sent->info.level10, ENTRY_10);
		break;
	case 502:
		COPY_EACH(sent->info.level502, ENTRY_502);
		break;
	default:
		break;
	}
}

NET_API_STATUS session_entries_add(struct smbsession_list *list,
				   const struct session_enum_struct *sent)
{
	size_t more = count_entries(sent);
	struct smbsession_info *grown = NULL;

	if (sent->level != list->level) {
		return ERROR_INVALID_DATA;
	}
	if (more == 0) {
		return NERR_Success;
	}
	grown = talloc_realloc(list,
			       list->entries,
			       struct smbsession_info,
			       list->count + more);
	if (grown == NULL) {
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	copy_entries(sent, grown + list->count);
	list->entries = grown;
	list->count += more;
	return NERR_Success;
}
