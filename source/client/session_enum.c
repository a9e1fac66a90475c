/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NetrSessionEnum ([MS-SRVS] 3.1.4.5), by the highest level a server has. */

#include <string.h>

#include <dcerpc.h>

#include "call.h"
#include "ndr_netr_session.h"

#define ERROR_MORE_DATA 234

/* Ask for all at once (2.2.2.2). */
#define MAX_PREFERRED_LENGTH UINT32_MAX

/* In the order of what they tell. Samba without the plugin has 1 and 0 only,
 * Windows shows 10 and 0 to more callers than the others. */
static const uint32_t levels[] = {502, 2, 1, 10, 0};

struct question {
	const char *server;
	const char *client;
	const char *user;
	uint32_t level;
	uint32_t resume_handle;
};

/* What is sent along with a level: a container of it that is empty. */
union any_container {
	struct session_info_0_container level0;
	struct session_info_502_container level502;
};

/* The fields that an entry of each level has, copied by their names. */
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

static size_t number_of_entries(const struct session_enum_struct *sent)
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

/* The strings stay where they are, below the list. */
static bool add_entries(struct smbsession_list *list,
			const struct session_enum_struct *sent)
{
	size_t more = number_of_entries(sent);
	struct smbsession_info *grown = talloc_realloc(list,
						       list->entries,
						       struct smbsession_info,
						       list->count + more);

	if (more == 0) {
		return true;
	}
	if (grown == NULL) {
		return false;
	}
	copy_entries(sent, grown + list->count);
	list->entries = grown;
	list->count += more;
	return true;
}

/* Asks once, and adds what comes. Not noted: that there is more. */
static NET_API_STATUS ask(struct smbsession_context *context,
			  struct question *question,
			  struct smbsession_list *list)
{
	union any_container empty = {.level502 = {.entries = 0}};
	struct session_enum_struct info = {
		.level = question->level,
		.info = {.level0 = &empty.level0},
	};
	uint32_t total = 0;
	struct netr_session_enum request = {
		.in = {.server_name = question->server,
		       .client_name = question->client,
		       .user_name = question->user,
		       .info = &info,
		       .prefered_maximum_length = MAX_PREFERRED_LENGTH,
		       .resume_handle = &question->resume_handle},
		.out = {.total_entries = &total,
			.info = &info,
			.resume_handle = &question->resume_handle},
	};
	NET_API_STATUS code = call_server(context,
					  list,
					  question->server,
					  NDR_NETR_SESSION_ENUM,
					  &request);

	if (code != NERR_Success) {
		return code;
	}
	code = W_ERROR_V(request.out.result);
	if (code != NERR_Success && code != ERROR_MORE_DATA) {
		return call_answer(context, code);
	}
	if (!add_entries(list, &info)) {
		return context_no_memory(context);
	}
	return code;
}

/* Asks for part after part of one level. */
static NET_API_STATUS ask_for_all(struct smbsession_context *context,
				  struct question *question,
				  struct smbsession_list *list)
{
	size_t before = 0;
	NET_API_STATUS code = NERR_Success;

	list->level = question->level;
	question->resume_handle = 0;
	do {
		before = list->count;
		code = ask(context, question, list);
		/* A part with nothing in it would be followed by others. */
	} while (code == ERROR_MORE_DATA && list->count > before);
	return code == ERROR_MORE_DATA ? call_answer(context, code) : code;
}

/* Windows answers that a level is not for this caller; another may be. */
static bool another_level_may_do(NET_API_STATUS code)
{
	return code == ERROR_INVALID_LEVEL || code == ERROR_ACCESS_DENIED;
}

/* The first refusal tells more than that the last level is unknown. */
static NET_API_STATUS ask_by_level(struct smbsession_context *context,
				   struct question *question,
				   struct smbsession_list *list)
{
	NET_API_STATUS code = ERROR_INVALID_LEVEL;
	bool denied = false;

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		question->level = levels[i];
		code = ask_for_all(context, question, list);
		if (!another_level_may_do(code)) {
			return code;
		}
		denied |= code == ERROR_ACCESS_DENIED;
	}
	return denied ? call_answer(context, ERROR_ACCESS_DENIED) : code;
}

NET_API_STATUS smbsession_enum(struct smbsession_context *context,
			       const char *servername,
			       const char *client,
			       const char *user,
			       struct smbsession_list **list)
{
	struct question question = {.server = servername,
				    .client = client,
				    .user = user};
	NET_API_STATUS code = NERR_Success;

	*list = talloc_zero(NULL, struct smbsession_list);
	if (*list == NULL) {
		return context_no_memory(context);
	}
	code = ask_by_level(context, &question, *list);
	if (code != NERR_Success) {
		TALLOC_FREE(*list);
	}
	return code;
}

void smbsession_list_free(struct smbsession_list *list)
{
	talloc_free(list);
}
