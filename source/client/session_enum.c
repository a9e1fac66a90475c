/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists sessions at the best level that a server gives. */

#include "call.h"
#include "session_filter.h"
#include "session_request.h"

/* The one with most detail first. Samba without the plugin has only 1 and 0,
 * Windows gives 10 and 0 to more callers than the others. */
static const uint32_t levels[] = {502, 2, 1, 10, 0};

/* Windows can deny a caller one level and give it another. */
static bool may_try_next_level(NET_API_STATUS code)
{
	return code == ERROR_INVALID_LEVEL || code == ERROR_ACCESS_DENIED;
}

/* "Access denied" says more than that the last level is unknown. */
static NET_API_STATUS request_best_level(struct smbsession_context *context,
					 struct session_request *request,
					 struct smbsession_list *list)
{
	NET_API_STATUS code = ERROR_INVALID_LEVEL;
	bool denied = false;

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		request->level = levels[i];
		code = session_request_all(context, request, list);
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
	struct session_request request = {.server = servername,
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
	code = request_best_level(context, &request, *list);
	if (code == NERR_Success) {
		code = session_filter(context, &request, *list);
	}
	if (code != NERR_Success) {
		TALLOC_FREE(*list);
	}
	return code;
}

uint32_t smbsession_list_level(const struct smbsession_list *list)
{
	return list->level;
}

size_t smbsession_list_count(const struct smbsession_list *list)
{
	return list->count;
}

const struct smbsession_info *smbsession_list_entry(
	const struct smbsession_list *list,
	size_t number)
{
	return number < list->count ? &list->entries[number] : NULL;
}

void smbsession_list_free(struct smbsession_list *list)
{
	talloc_free(list);
}
