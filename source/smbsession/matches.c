/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the sessions that --client and --user mean. */

#include "matches.h"

#include <stdlib.h>
#include <string.h>

#include "source/client/name_match.h"

#include "duration.h"
#include "level.h"
#include "terminal.h"

/* No user has a name with a slash. */
#define NOBODY "nobody/at/all"

static bool is_match(const struct pair *pair,
		     const struct smbsession_info *session)
{
	/* All levels have the client: without one, no client matches. */
	if (pair->client != NULL &&
	    (session->client == NULL ||
	     !name_match_client(pair->client, session->client))) {
		return false;
	}
	return pair->user == NULL || session->user == NULL ||
	       name_match_user(pair->user, session->user);
}

static bool is_no_match(NET_API_STATUS code)
{
	return code == NERR_ClientNameNotFound || code == NERR_UserNotFound;
}

/* Does it list sessions even for a user who cannot exist? A server that does
 * not take the name has looked at it. */
static NET_API_STATUS find_out(struct smbsession_context *context,
			       const char *server,
			       bool *ignores_filters)
{
	struct smbsession_list *list = NULL;
	NET_API_STATUS code =
		smbsession_enum(context, server, NULL, NOBODY, &list);

	*ignores_filters = code == NERR_Success && list->count > 0;
	smbsession_list_free(list);
	return is_no_match(code) || code == ERROR_INVALID_PARAMETER
		       ? NERR_Success
		       : code;
}

static bool all_match(const struct pair *pair,
		      const struct smbsession_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!is_match(pair, &list->entries[i])) {
			return false;
		}
	}
	return true;
}

static const char *name_or_asked(const char *name, const char *asked)
{
	return name != NULL && name[0] != '\0' ? name : asked;
}

/* NULL first. */
static int compare_names(const char *one, const char *other)
{
	if (one == NULL || other == NULL) {
		return (one != NULL) - (other != NULL);
	}
	return strcmp(one, other);
}

static int compare_pairs(const void *one, const void *other)
{
	const struct smbsession_info *a = one;
	const struct smbsession_info *b = other;
	int order = compare_names(a->client, b->client);

	return order != 0 ? order : compare_names(a->user, b->user);
}

/* A copy of those that match, ordered by pairs of names. NULL: no memory. */
static struct smbsession_info *pick(const struct pair *pair,
				    const struct smbsession_list *list,
				    bool filter,
				    size_t *count)
{
	struct smbsession_info *picked =
		calloc(list->count + 1, sizeof(*picked));

	*count = 0;
	for (size_t i = 0; picked != NULL && i < list->count; i++) {
		const struct smbsession_info *session = &list->entries[i];

		if (!filter || is_match(pair, session)) {
			picked[*count] = *session;
			picked[*count].client =
				name_or_asked(session->client, pair->client);
			picked[*count].user =
				name_or_asked(session->user, pair->user);
			(*count)++;
		}
	}
	if (picked != NULL) {
		qsort(picked, *count, sizeof(*picked), compare_pairs);
	}
	return picked;
}

/* The order of two places: what has ended comes last. */
static int compare_next(const struct smbsession_list *found,
			size_t i,
			const struct smbsession_info *picked,
			size_t j,
			size_t count)
{
	if (i == found->count || j == count) {
		return j == count ? -1 : 1;
	}
	return compare_pairs(&found->entries[i], &picked[j]);
}

/* A session that several pairs of names mean counts once: of those with the
 * same two names, as many as the longest list has. Both are ordered. */
static bool merge(struct smbsession_list *found,
		  const struct smbsession_info *picked,
		  size_t count)
{
	struct smbsession_info *merged =
		calloc(found->count + count + 1, sizeof(*merged));
	size_t used = 0;
	size_t i = 0;
	size_t j = 0;

	if (merged == NULL) {
		return false;
	}
	while (i < found->count || j < count) {
		int order = compare_next(found, i, picked, j, count);

		merged[used++] = order <= 0 ? found->entries[i] : picked[j];
		i += order <= 0 ? 1 : 0;
		j += order >= 0 ? 1 : 0;
	}
	free(found->entries);
	found->entries = merged;
	found->count = used;
	return true;
}

static bool add_list(struct matches *matches,
		     const struct pair *pair,
		     const struct smbsession_list *list,
		     bool filter)
{
	size_t count = 0;
	struct smbsession_info *picked = pick(pair, list, filter, &count);
	bool ok = picked != NULL && merge(&matches->found, picked, count);

	free(picked);
	if (filter && count == 0 && pair->client != NULL &&
	    !name_match_is_address(pair->client)) {
		matches->unsure[matches->unsure_count++] = *pair;
	}
	return ok;
}

static NET_API_STATUS find_pair(struct smbsession_context *context,
				const struct options *options,
				const struct pair *pair,
				struct matches *matches)
{
	struct smbsession_list *list = NULL;
	NET_API_STATUS code = smbsession_enum(context,
					      options->server,
					      pair->client,
					      pair->user,
					      &list);
	bool filter = false;

	if (code != NERR_Success) {
		return is_no_match(code) ? NERR_Success : code;
	}
	matches->lists[matches->list_count++] = list;
	matches->found.level = list->level;
	if (!all_match(pair, list)) {
		code = find_out(context, options->server, &filter);
	}
	if (code != NERR_Success) {
		return code;
	}
	return add_list(matches, pair, list, filter) ? NERR_Success
						     : ERROR_NOT_ENOUGH_MEMORY;
}

static bool has_client(const struct smbsession_list *list, const char *client)
{
	for (size_t i = 0; i < list->count; i++) {
		if (compare_names(list->entries[i].client, client) == 0) {
			return true;
		}
	}
	return false;
}

/* Each of its lists has all sessions. */
static size_t count_bystanders(const struct matches *matches)
{
	const struct smbsession_list *all = NULL;
	size_t endangered = 0;

	if (matches->list_count == 0 ||
	    !level_ends_connections(matches->found.level)) {
		return 0;
	}
	all = matches->lists[matches->list_count - 1];
	for (size_t i = 0; i < all->count; i++) {
		endangered +=
			has_client(&matches->found, all->entries[i].client) ? 1
									    : 0;
	}
	return endangered > matches->found.count
		       ? endangered - matches->found.count
		       : 0;
}

static bool is_idle(const struct options *options,
		    const struct smbsession_info *session)
{
	return session->idle_time != DURATION_UNKNOWN &&
	       session->idle_time >= options->idle;
}

NET_API_STATUS matches_are_idle(struct smbsession_context *context,
				const struct options *options,
				const struct pair *pair,
				bool *idle)
{
	struct smbsession_list *list = NULL;
	NET_API_STATUS code = smbsession_enum(context,
					      options->server,
					      pair->client,
					      pair->user,
					      &list);

	*idle = code == NERR_Success && level_has_idle_time(list->level);
	for (size_t i = 0; *idle && i < list->count; i++) {
		*idle = is_idle(options, &list->entries[i]);
	}
	smbsession_list_free(list);
	return code;
}

static bool all_of_pair_are_idle(const struct options *options,
				 const struct smbsession_list *found,
				 size_t number)
{
	for (size_t i = 0; i < found->count; i++) {
		if (compare_pairs(&found->entries[i],
				  &found->entries[number]) == 0 &&
		    !is_idle(options, &found->entries[i])) {
			return false;
		}
	}
	return true;
}

/* Marks first: each decision needs the whole list. */
static bool keep_idle(const struct options *options, struct matches *matches)
{
	struct smbsession_list *found = &matches->found;
	bool *kept = calloc(found->count + 1, sizeof(*kept));
	size_t used = 0;

	if (kept == NULL) {
		return false;
	}
	for (size_t i = 0; i < found->count; i++) {
		kept[i] = is_idle(options, &found->entries[i]);
		if (kept[i] && options->verb->closes &&
		    !all_of_pair_are_idle(options, found, i)) {
			kept[i] = false;
			matches->kept++;
		}
	}
	for (size_t i = 0; i < found->count; i++) {
		if (kept[i]) {
			found->entries[used++] = found->entries[i];
		}
	}
	found->count = used;
	free(kept);
	return true;
}

static NET_API_STATUS apply_idle(const struct options *options,
				 struct matches *matches)
{
	if (!options->has_idle) {
		return NERR_Success;
	}
	if (matches->list_count > 0 &&
	    !level_has_idle_time(matches->found.level)) {
		matches->error_text = "the server does not say how long its "
				      "sessions are idle";
		return ERROR_INVALID_LEVEL;
	}
	return keep_idle(options, matches) ? NERR_Success
					   : ERROR_NOT_ENOUGH_MEMORY;
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
	size_t pairs = options_pair_count(options);
	NET_API_STATUS code = NERR_Success;

	*matches = (struct matches){
		.unsure = calloc(pairs, sizeof(*matches->unsure)),
		.lists = calloc(pairs, sizeof(struct smbsession_list *)),
		.error_text = "",
	};
	if (matches->unsure == NULL || matches->lists == NULL) {
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	for (size_t i = 0; i < pairs && code == NERR_Success; i++) {
		struct pair pair = options_pair(options, i);

		code = find_pair(context, options, &pair, matches);
		if (i == 0) {
			warn(context);
		}
	}
	matches->error_text = smbsession_error_text(context);
	if (code == NERR_Success) {
		code = apply_idle(options, matches);
	}
	sort_sessions(matches->found.entries,
		      matches->found.count,
		      &options->order);
	matches->bystanders = count_bystanders(matches);
	return code;
}

void matches_free(struct matches *matches)
{
	for (size_t i = 0; i < matches->list_count; i++) {
		smbsession_list_free(matches->lists[i]);
	}
	free(matches->lists);
	free(matches->unsure);
	free(matches->found.entries);
}
