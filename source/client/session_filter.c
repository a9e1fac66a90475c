/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filters lists of servers that do not do it themselves. */

#include "session_filter.h"

#include "call.h"
#include "name_match.h"

/* No user has a name with a slash. */
#define NOBODY "nobody/at/all"

/* The best level of Samba without the plugin. */
#define STOCK_LEVEL 1

static enum name_match match_client(const struct session_request *request,
				    const struct smbsession_info *entry)
{
	return name_match_client(request->client, entry->client);
}

static enum name_match match_user(const struct session_request *request,
				  const struct smbsession_info *entry)
{
	return name_match_user(request->user, entry->user);
}

static bool all_match(const struct session_request *request,
		      const struct smbsession_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (match_client(request, &list->entries[i]) != NAME_MATCHES ||
		    match_user(request, &list->entries[i]) != NAME_MATCHES) {
			return false;
		}
	}
	return true;
}

/* Does the server not even object to a user who cannot exist? One that does not
 * take the name has looked at it. */
static NET_API_STATUS find_out(struct smbsession_context *context,
			       const char *server,
			       bool *ignores_filters)
{
	struct session_request request = {.server = server, .user = NOBODY};
	struct smbsession_list *list =
		talloc_zero(context, struct smbsession_list);
	NET_API_STATUS code = NERR_Success;

	if (list == NULL) {
		return context_no_memory(context);
	}
	code = session_request_whole_list(context, &request, list);
	*ignores_filters = code == NERR_Success;
	talloc_free(list);
	return code == NERR_UserNotFound || code == NERR_ClientNameNotFound ||
			       code == ERROR_INVALID_PARAMETER
		       ? call_result(context, NERR_Success)
		       : code;
}

/* Says which of the two names has nobody. */
static NET_API_STATUS not_found(struct smbsession_context *context,
				const struct session_request *request,
				bool client_seen)
{
	return call_result(context,
			   client_seen || name_match_is_any(request->client)
				   ? NERR_UserNotFound
				   : NERR_ClientNameNotFound);
}

/* Removes the others, and all that are in doubt. */
static NET_API_STATUS keep_matches(struct smbsession_context *context,
				   const struct session_request *request,
				   struct smbsession_list *list)
{
	bool client_seen = false;
	bool in_doubt = false;
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		enum name_match client =
			match_client(request, &list->entries[i]);
		enum name_match user = match_user(request, &list->entries[i]);

		client_seen |= client != NAME_DIFFERS;
		if (client == NAME_MATCHES && user == NAME_MATCHES) {
			list->entries[kept++] = list->entries[i];
		}
		in_doubt |= client != NAME_DIFFERS && user != NAME_DIFFERS;
	}
	list->count = kept;
	if (kept > 0) {
		return NERR_Success;
	}
	return in_doubt ? context_error(context,
					ERROR_NONE_MAPPED,
					"the server does not say which of its "
					"sessions are meant")
			: not_found(context, request, client_seen);
}

static NET_API_STATUS filter_here(struct smbsession_context *context,
				  struct session_request *request,
				  struct smbsession_list *list)
{
	NET_API_STATUS code = NERR_Success;

	if (!name_match_is_any(request->user) && list->level == 0) {
		struct session_request with_users = *request;

		with_users.level = STOCK_LEVEL;
		code = session_request_whole_list(context, &with_users, list);
	}
	if (code == NERR_Success) {
		code = keep_matches(context, request, list);
	}
	request->total = (uint32_t)list->count;
	return code;
}

NET_API_STATUS session_filter(struct smbsession_context *context,
			      struct session_request *request,
			      struct smbsession_list *list)
{
	bool ignores_filters = false;
	NET_API_STATUS code = NERR_Success;

	if (name_match_is_any(request->client) &&
	    name_match_is_any(request->user)) {
		return NERR_Success;
	}
	if (list->count == 0) {
		return not_found(context, request, false);
	}
	if (all_match(request, list)) {
		return NERR_Success;
	}
	code = find_out(context, request->server, &ignores_filters);
	if (code != NERR_Success || !ignores_filters) {
		return code;
	}
	return filter_here(context, request, list);
}
