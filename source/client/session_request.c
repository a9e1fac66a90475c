/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NetrSessionEnum ([MS-SRVS] 3.1.4.5): one request. */

#include "session_request.h"

#include <dcerpc.h>

#include "call.h"
#include "error_code.h"
#include "name_match.h"
#include "ndr_netr_session.h"
#include "session_entries.h"

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

static const char *null_if_any(const char *name)
{
	return name_match_is_any(name) ? NULL : name;
}

/* The position of the next part. The answer may have none (NULL): then 0. */
static uint32_t next_resume_handle(const struct netr_session_enum *answer)
{
	return answer->out.resume_handle != NULL ? *answer->out.resume_handle
						 : 0;
}

NET_API_STATUS session_request_part(struct smbsession_context *context,
				    struct session_request *request,
				    struct smbsession_list *list)
{
	union any_container empty = {.level502 = {.entries = 0}};
	struct session_enum_struct info = {
		.level = request->level,
		.info = {.level0 = &empty.level0},
	};
	/* Not the same: an answer that breaks off leaves half an array there,
	 * and the request may have to be sent once more. */
	struct session_enum_struct received = {.level = request->level};
	struct netr_session_enum call = {
		.in = {.server_name = request->server,
		       .client_name = null_if_any(request->client),
		       .user_name = null_if_any(request->user),
		       .info = &info,
		       .prefered_maximum_length = request->preferred_length,
		       .resume_handle = request->resume_handle},
		.out = {.total_entries = &request->total, .info = &received},
	};
	NET_API_STATUS code = call_server(context,
					  list,
					  request->server,
					  NDR_NETR_SESSION_ENUM,
					  &call);

	if (code != NERR_Success) {
		return code;
	}
	code = add_answer(context, list, &call);
	if (request->resume_handle != NULL &&
	    (code == NERR_Success || code == ERROR_MORE_DATA)) {
		*request->resume_handle = next_resume_handle(&call);
	}
	return code;
}

/* If the parts never end, the deadline ends them. If a part is empty or the
 * position stays the same, this gives up at once. */
NET_API_STATUS session_request_all(struct smbsession_context *context,
				   const struct session_request *request,
				   struct smbsession_list *list)
{
	uint32_t position = 0;
	struct session_request part = {.server = request->server,
				       .client = request->client,
				       .user = request->user,
				       .level = request->level,
				       .preferred_length = MAX_PREFERRED_LENGTH,
				       .resume_handle = &position};
	uint32_t from = 0;
	size_t before = 0;
	NET_API_STATUS code = NERR_Success;

	list->level = request->level;
	list->count = 0;
	do {
		from = position;
		before = list->count;
		code = session_request_part(context, &part, list);
	} while (code == ERROR_MORE_DATA && list->count > before &&
		 position != from);
	return code != ERROR_MORE_DATA
		       ? code
		       : context_error(
				 context,
				 code,
				 "the server did not send the rest of its list");
}

NET_API_STATUS session_request_whole_list(struct smbsession_context *context,
					  const struct session_request *request,
					  struct smbsession_list *list)
{
	NET_API_STATUS code = session_request_all(context, request, list);

	return code == ERROR_MORE_DATA ? ERROR_INVALID_DATA : code;
}
