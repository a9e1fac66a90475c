/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NetSessionEnum() and NetSessionGetInfo(), as on Windows. */

#include "call.h"
#include "default_context.h"
#include "name_match.h"
#include "session_buffer.h"
#include "session_filter.h"
#include "session_request.h"

struct result {
	uint8_t *buffer;
	uint32_t count;
};

static NET_API_STATUS begin(struct smbsession_context *context,
			    bool complete,
			    bool level_exists)
{
	NET_API_STATUS code = ERROR_NOT_ENOUGH_MEMORY;

	if (context != NULL) {
		code = call_begin(context);
	}
	if (code != NERR_Success) {
		return code;
	}
	if (!complete) {
		return context_error(context,
				     ERROR_INVALID_PARAMETER,
				     "an argument that must be given is NULL");
	}
	return level_exists ? NERR_Success
			    : call_result(context, ERROR_INVALID_LEVEL);
}

/* Does a request begin with the first entry? */
static bool is_first(const struct session_request *request)
{
	return request->resume_handle == NULL || *request->resume_handle == 0;
}

static bool is_no_match(NET_API_STATUS code)
{
	return code == NERR_ClientNameNotFound || code == NERR_UserNotFound;
}

/* ERROR_MORE_DATA means that the list is good, but not all. A part of a list
 * may have no match: other parts may, and in a later one all may have left. */
static NET_API_STATUS request_list(struct smbsession_context *context,
				   struct session_request *request,
				   struct smbsession_list *list)
{
	bool first = is_first(request);
	NET_API_STATUS filtered = NERR_Success;
	NET_API_STATUS code = NERR_Success;

	list->level = request->level;
	code = session_request_part(context, request, list);
	if (list->count > 0 || (first && code == NERR_Success)) {
		filtered = session_filter(context, request, list);
	}
	if (list->level != request->level) {
		/* The whole list was requested for its users. */
		code = NERR_Success;
	}
	if (is_no_match(filtered) && (!first || code == ERROR_MORE_DATA)) {
		filtered = call_result(context, NERR_Success);
	}
	return filtered == NERR_Success ? code : filtered;
}

static NET_API_STATUS request_whole_list(struct smbsession_context *context,
					 struct session_request *request,
					 struct smbsession_list *list)
{
	NET_API_STATUS code =
		session_request_whole_list(context, request, list);

	return code == NERR_Success ? session_filter(context, request, list)
				    : code;
}

static NET_API_STATUS make_buffer(struct smbsession_context *context,
				  const struct session_request *request,
				  struct smbsession_list *list,
				  struct result *result)
{
	result->buffer = session_buffer_new(list, request->level);
	if (result->buffer == NULL) {
		return context_no_memory(context);
	}
	result->count = (uint32_t)list->count;
	return NERR_Success;
}

static NET_API_STATUS enumerate(
	struct smbsession_context *context,
	struct session_request *request,
	NET_API_STATUS (*get)(struct smbsession_context *context,
			      struct session_request *request,
			      struct smbsession_list *list),
	struct result *result)
{
	struct smbsession_list *list =
		talloc_zero(context, struct smbsession_list);
	NET_API_STATUS code = ERROR_NOT_ENOUGH_MEMORY;
	NET_API_STATUS made = NERR_Success;

	if (list == NULL) {
		return context_no_memory(context);
	}
	code = get(context, request, list);
	if (code == NERR_Success || code == ERROR_MORE_DATA) {
		made = make_buffer(context, request, list, result);
	}
	if (result->buffer == NULL) {
		talloc_free(list);
	}
	return made == NERR_Success ? code : made;
}

NET_API_STATUS NetSessionEnum(const char *servername,
			      const char *UncClientName,
			      const char *username,
			      uint32_t level,
			      uint8_t **buffer,
			      uint32_t prefmaxlen,
			      uint32_t *entriesread,
			      uint32_t *totalentries,
			      uint32_t *resume_handle)
{
	bool complete =
		buffer != NULL && entriesread != NULL && totalentries != NULL;
	struct session_request request = {
		.server = servername,
		.client = UncClientName,
		.user = username,
		.level = level,
		.preferred_length = prefmaxlen,
		.resume_handle = resume_handle,
	};
	struct result result = {.buffer = NULL};
	struct smbsession_context *context = default_context_begin();
	NET_API_STATUS code =
		begin(context, complete, session_buffer_has_level(level));

	if (code == NERR_Success) {
		code = enumerate(context, &request, request_list, &result);
	}
	default_context_end(context);
	if (buffer != NULL) {
		*buffer = result.buffer;
	}
	if (entriesread != NULL) {
		*entriesread = result.count;
	}
	if (totalentries != NULL) {
		*totalentries = result.buffer != NULL ? request.total : 0;
	}
	return code;
}

NET_API_STATUS NetSessionGetInfo(const char *servername,
				 const char *UncClientName,
				 const char *username,
				 uint32_t level,
				 uint8_t **buffer)
{
	struct session_request request = {
		.server = servername,
		.client = UncClientName,
		.user = username,
		.level = level,
	};
	struct result result = {.buffer = NULL};
	bool complete = buffer != NULL && !name_match_is_any(UncClientName) &&
			!name_match_is_any(username);
	/* Windows does not have it here. */
	bool level_exists = session_buffer_has_level(level) && level != 502;
	struct smbsession_context *context = default_context_begin();
	NET_API_STATUS code = begin(context, complete, level_exists);

	if (code == NERR_Success) {
		/* of several sessions, the first */
		code = enumerate(context,
				 &request,
				 request_whole_list,
				 &result);
	}
	default_context_end(context);
	if (buffer != NULL) {
		*buffer = result.buffer;
	}
	return code;
}

NET_API_STATUS NetApiBufferFree(void *buffer)
{
	/* As libnetapi's function of this name does. One program can have
	 * both libraries, and then gets the first of the two. */
	talloc_free(buffer);
	return NERR_Success;
}
