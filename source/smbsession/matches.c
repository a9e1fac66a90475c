/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the sessions that --client and --user mean. */

#include "matches.h"

#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "level.h"
#include "report.h"
#include "screen.h"
#include "terminal.h"

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

/* A copy of a list, ordered by pairs of names. NULL: no memory. */
static struct smbsession_info *copy_sorted(const struct pair *pair,
					   const struct smbsession_list *list)
{
	struct smbsession_info *copy = calloc(list->count + 1, sizeof(*copy));

	if (copy == NULL) {
		return NULL;
	}
	for (size_t i = 0; i < list->count; i++) {
		copy[i] = list->entries[i];
		copy[i].client = name_or_asked(copy[i].client, pair->client);
		copy[i].user = name_or_asked(copy[i].user, pair->user);
	}
	qsort(copy, list->count, sizeof(*copy), compare_pairs);
	return copy;
}

/* The order of two places: what has ended comes last. */
static int compare_next(const struct smbsession_list *found,
			size_t i,
			const struct smbsession_info *added,
			size_t j,
			size_t count)
{
	if (i == found->count || j == count) {
		return j == count ? -1 : 1;
	}
	return compare_pairs(&found->entries[i], &added[j]);
}

/* A session that several pairs of names mean counts once: of those with the
 * same two names, as many as the longest list has. Both are ordered. */
static bool merge(struct smbsession_list *found,
		  const struct smbsession_info *added,
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
		int order = compare_next(found, i, added, j, count);

		merged[used++] = order <= 0 ? found->entries[i] : added[j];
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
		     const struct smbsession_list *list)
{
	struct smbsession_info *added = copy_sorted(pair, list);
	bool ok = added != NULL && merge(&matches->found, added, list->count);

	free(added);
	return ok;
}

static NET_API_STATUS request_list(struct smbsession_context *context,
				   const struct options *options,
				   const struct pair *pair,
				   struct smbsession_list **list)
{
	return smbsession_enum(context,
			       options->server,
			       pair->client,
			       pair->user,
			       list);
}

static NET_API_STATUS find_pair(struct smbsession_context *context,
				const struct options *options,
				const struct pair *pair,
				struct matches *matches)
{
	struct smbsession_list *list = NULL;
	NET_API_STATUS code = request_list(context, options, pair, &list);

	if (code == ERROR_NONE_MAPPED) {
		matches->in_doubt[matches->in_doubt_count++] = *pair;
		return NERR_Success;
	}
	if (code != NERR_Success) {
		return report_status(code) == EXIT_NO_MATCH ? NERR_Success
							    : code;
	}
	matches->lists[matches->list_count++] = list;
	matches->found.level = list->level;
	return add_list(matches, pair, list) ? NERR_Success
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

static size_t count_bystanders(const struct smbsession_list *found,
			       const struct smbsession_list *all)
{
	size_t endangered = 0;

	for (size_t i = 0; i < all->count; i++) {
		/* found has no empty name, see copy_sorted() */
		const char *client =
			name_or_asked(all->entries[i].client, NULL);

		endangered += has_client(found, client) ? 1 : 0;
	}
	return endangered > found->count ? endangered - found->count : 0;
}

static NET_API_STATUS find_bystanders(struct smbsession_context *context,
				      const struct options *options,
				      struct matches *matches)
{
	struct smbsession_list *all = NULL;
	NET_API_STATUS code = NERR_Success;

	if (!options->verb->closes || matches->found.count == 0 ||
	    !level_ends_connections(matches->found.level)) {
		return NERR_Success;
	}
	code = smbsession_enum(context, options->server, NULL, NULL, &all);
	if (code == NERR_Success) {
		matches->bystanders = count_bystanders(&matches->found, all);
	}
	smbsession_list_free(all);
	return code;
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
	NET_API_STATUS code = request_list(context, options, pair, &list);

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

	char *shown = NULL;

	if (warning[0] == '\0') {
		return;
	}
	shown = screen_text(warning);
	terminal_complain("warning: %s",
			  shown != NULL ? shown : "out of memory");
	free(shown);
}

NET_API_STATUS matches_find(struct smbsession_context *context,
			    const struct options *options,
			    struct matches *matches)
{
	size_t pairs = options_pair_count(options);
	NET_API_STATUS code = NERR_Success;

	*matches = (struct matches){
		.in_doubt = calloc(pairs, sizeof(*matches->in_doubt)),
		.lists = calloc(pairs, sizeof(struct smbsession_list *)),
		.error_text = "",
	};
	if (matches->in_doubt == NULL || matches->lists == NULL) {
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	for (size_t i = 0; i < pairs && code == NERR_Success; i++) {
		struct pair pair = options_pair(options, i);

		code = find_pair(context, options, &pair, matches);
		if (i == 0) {
			warn(context);
		}
	}
	if (code == NERR_Success) {
		code = find_bystanders(context, options, matches);
	}
	matches->error_text = smbsession_error_text(context);
	if (code == NERR_Success) {
		code = apply_idle(options, matches);
	}
	sort_sessions(matches->found.entries,
		      matches->found.count,
		      &options->order);
	return code;
}

void matches_free(struct matches *matches)
{
	for (size_t i = 0; i < matches->list_count; i++) {
		smbsession_list_free(matches->lists[i]);
	}
	free(matches->lists);
	free(matches->in_doubt);
	free(matches->found.entries);
}
