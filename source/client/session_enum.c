/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NetrSessionEnum ([MS-SRVS] 3.1.4.5), at the best level a server gives. */

#include <dcerpc.h>

#include "call.h"
#include "error_code.h"
#include "ndr_netr_session.h"
#include "session_entries.h"

/* Request everything at once (2.2.2.2). */
#define MAX_PREFERRED_LENGTH UINT32_MAX

/* The one with most detail first. Samba without the plugin has only 1 and 0,
 * Windows gives 10 and 0 to more callers than the others. */
static const uint32_t levels[] = {502, 2, 1, 10, 0};

struct query {
	const char *server;
	const char *client;
	const char *user;
	uint32_t level;
	uint32_t resume_handle;
};

/* An empty container, of any level: a request must carry one. */
union any_container {
	struct session_info_0_container level0;
	struct session_info_502_container level502;
};

/* ERROR_MORE_DATA is returned but not noted: it is no failure. */
static NET_API_STATUS add_answer(struct smbsession_context *context,
				 struct smbsession_list *list,
				 const struct netr_session_enum *answer)
{
	NET_API_STATUS code = W_ERROR_V(answer->out.result);
	NET_API_STATUS added = NERR_Success;

	if (code != NERR_Success && code != ERROR_MORE_DATA) {
		return call_result(context, code);
	}
	added = session_entries_add(list, answer->out.info);
	if (added == ERROR_INVALID_DATA) {
		return call_invalid_answer(context);
	}
	return added == NERR_Success ? code : context_no_memory(context);
}

/* The position of the next part. The answer may have none (NULL): then 0. */
static uint32_t next_resume_handle(const struct netr_session_enum *answer)
{
	return answer->out.resume_handle != NULL ? *answer->out.resume_handle
						 : 0;
}

/* Requests one part and adds it to the list. */
static NET_API_STATUS request_part(struct smbsession_context *context,
				   struct query *query,
				   struct smbsession_list *list)
{
	union any_container empty = {.level502 = {.entries = 0}};
	struct session_enum_struct info = {
		.level = query->level,
		.info = {.level0 = &empty.level0},
	};
	uint32_t total = 0;
	struct netr_session_enum request = {
		.in = {.server_name = query->server,
		       .client_name = query->client,
		       .user_name = query->user,
		       .info = &info,
		       .prefered_maximum_length = MAX_PREFERRED_LENGTH,
		       .resume_handle = &query->resume_handle},
		.out = {.total_entries = &total, .info = &info},
	};
	NET_API_STATUS code = call_server(context,
					  list,
					  query->server,
					  NDR_NETR_SESSION_ENUM,
					  &request);

	if (code != NERR_Success) {
		return code;
	}
	query->resume_handle = next_resume_handle(&request);
	return add_answer(context, list, &request);
}

/* Requests all parts of one level. If they never end, the deadline ends them.
 * If a part is empty or the position stays the same, this gives up at once. */
static NET_API_STATUS request_level(struct smbsession_context *context,
				    struct query *query,
				    struct smbsession_list *list)
{
	uint32_t from = 0;
	size_t before = 0;
	NET_API_STATUS code = NERR_Success;

	list->level = query->level;
	list->count = 0;
	query->resume_handle = 0;
	do {
		from = query->resume_handle;
		before = list->count;
		code = request_part(context, query, list);
	} while (code == ERROR_MORE_DATA && list->count > before &&
		 query->resume_handle != from);
	return code != ERROR_MORE_DATA
		       ? code
		       : context_error(
				 context,
				 code,
				 "the server did not send the rest of its list");
}

/* Windows can deny a caller one level and give it another. */
static bool may_try_next_level(NET_API_STATUS code)
{
	return code == ERROR_INVALID_LEVEL || code == ERROR_ACCESS_DENIED;
}

/* "Access denied" says more than that the last level is unknown. */
static NET_API_STATUS request_best_level(struct smbsession_context *context,
					 struct query *query,
					 struct smbsession_list *list)
{
	NET_API_STATUS code = ERROR_INVALID_LEVEL;
	bool denied = false;

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		query->level = levels[i];
		code = request_level(context, query, list);
		if (!may_try_next_level(code)) {
			return code;
		}
		denied |= code == ERROR_ACCESS_DENIED;
	}
	return denied ? call_result(context, ERROR_ACCESS_DENIED) : code;
}

NET_API_STATUS smbsession_enum(struct smbsession_context *context,
			       const char *servername,
			       const char *client,
			       const char *user,
			       struct smbsession_list **list)
{
	struct query query = {.server = servername,
			      .client = client,
			      .user = user};
	NET_API_STATUS code = NERR_Success;

	*list = NULL;
	code = call_begin(context);
	if (code != NERR_Success) {
		return code;
	}
	*list = talloc_zero(NULL, struct smbsession_list);
	if (*list == NULL) {
		return context_no_memory(context);
	}
	code = request_best_level(context, &query, *list);
	if (code != NERR_Success) {
		TALLOC_FREE(*list);
	}
	return code;
}

void smbsession_list_free(struct smbsession_list *list)
{
	talloc_free(list);
}
