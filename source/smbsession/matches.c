/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the sessions that --client and --user mean. */

#include "matches.h"

#include "name_match.h"
#include "terminal.h"

/* No user has a name with a slash. */
#define NOBODY "nobody/at/all"

static bool is_match(const struct options *options,
		     const struct smbsession_info *session)
{
	/* All levels have the client: without one, no client matches. */
	if (options->client != NULL &&
	    (session->client == NULL ||
	     !name_match_client(options->client, session->client))) {
		return false;
	}
	return options->user == NULL || session->user == NULL ||
	       name_match_user(options->user, session->user);
}

static size_t count_matches(const struct options *options,
			    const struct smbsession_list *list)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++) {
		count += is_match(options, &list->entries[i]) ? 1 : 0;
	}
	return count;
}

static void keep_matches(const struct options *options,
			 struct smbsession_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (is_match(options, &list->entries[i])) {
			list->entries[kept++] = list->entries[i];
		}
	}
	list->count = kept;
}

/* Does it list sessions even for a user who cannot exist? */
static bool ignores_filters(struct smbsession_context *context,
			    const char *server)
{
	struct smbsession_list *list = NULL;
	NET_API_STATUS code =
		smbsession_enum(context, server, NULL, NOBODY, &list);
	bool ignores = code == NERR_Success && list->count > 0;

	smbsession_list_free(list);
	return ignores;
}

static void warn(const struct smbsession_context *context)
{
	const char *warning = smbsession_warning_text(context);

	if (warning[0] != '\0') {
		terminal_complain("warning: %s", warning);
	}
}

NET_API_STATUS matches_find(struct smbsession_context *context,
			    const struct options *options,
			    struct matches *matches)
{
	struct smbsession_list *list = NULL;
	NET_API_STATUS code = smbsession_enum(context,
					      options->server,
					      options->client,
					      options->user,
					      &list);

	warn(context);
	*matches = (struct matches){.list = NULL};
	matches->list = list;
	if (code != NERR_Success) {
		return code;
	}
	if (count_matches(options, list) == list->count ||
	    !ignores_filters(context, options->server)) {
		return NERR_Success;
	}
	keep_matches(options, list);
	matches->unsure = list->count == 0 && options->client != NULL &&
			  !name_match_is_address(options->client);
	return NERR_Success;
}
