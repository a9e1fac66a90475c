/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names to list a session by. A close with these names matches it. */

#include "listed_names.h"

#include <arpa/inet.h>

#include "lib/util/charset/charset.h"
#include "libcli/security/dom_sid.h"

#include "source/common/text.h"

#include "session_query.h"

/* The longest escaped name in bytes, including the NUL. */
#define ESCAPED_LEN 256

/*
 * The longest name that a call accepts (docs/spec.md#arguments), in UTF-16
 * units, including the NUL.
 */
#define NAME_UNITS 1024

static int compare_names(const void *a, const void *b)
{
	const struct known_name *name_a = a;
	const struct known_name *name_b = b;

	return strcasecmp_m(name_a->name, name_b->name);
}

static int compare_users(const void *a, const void *b)
{
	const struct known_name *name_a = a;
	const struct known_name *name_b = b;
	int ret = compare_names(a, b);

	return ret != 0 ? ret : dom_sid_compare(&name_a->user, &name_b->user);
}

/* How many names at the start of the array equal the first one. */
static size_t count_same(const struct known_name *names, size_t num)
{
	size_t same = 1;

	while (same < num && compare_names(&names[0], &names[same]) == 0) {
		same += 1;
	}
	return same;
}

void known_names_sort(struct known_name *names, size_t num)
{
	if (num == 0) {
		return;
	}
	qsort(names, num, sizeof(*names), compare_users);

	while (num != 0) {
		size_t same = count_same(names, num);
		bool shared =
			!dom_sid_equal(&names[0].user, &names[same - 1].user);

		for (size_t i = 0; i < same; i++) {
			names[i].shared = shared;
		}
		names += same;
		num -= same;
	}
}

bool known_names_shared(const struct known_name *names,
			size_t num,
			const char *name)
{
	const struct known_name wanted = {.name = name};
	const struct known_name *found = NULL;

	if (num == 0) {
		return false;
	}
	found = bsearch(&wanted, names, num, sizeof(*names), compare_names);
	return found != NULL && found->shared;
}

/* NDR converts it to UTF-16; if that fails, the whole answer is a fault. */
static bool can_be_sent(const char *name)
{
	char units[2 * NAME_UNITS];
	size_t size = 0;

	return convert_string(CH_UNIX,
			      CH_UTF16LE,
			      name,
			      strlen(name) + 1,
			      units,
			      sizeof(units),
			      &size);
}

static const char *escape_name(TALLOC_CTX *mem_ctx, const char *name)
{
	char *out = talloc_array(mem_ctx, char, ESCAPED_LEN);

	return out != NULL ? text_escape(name, out, ESCAPED_LEN) : NULL;
}

/* A search for a name that matches a user. */
struct search {
	TALLOC_CTX *mem_ctx;
	const struct user_identity *user;
	bool no_memory;
};

static bool means_user(struct search *search, const char *name)
{
	struct session_query query;
	WERROR result;

	if (name == NULL || !can_be_sent(name)) {
		return false;
	}
	result = session_query_parse(search->mem_ctx, NULL, name, &query);
	if (W_ERROR_EQUAL(result, WERR_NOT_ENOUGH_MEMORY)) {
		search->no_memory = true;
	}
	return W_ERROR_IS_OK(result) &&
	       user_filter_matches(&query.user, search->user);
}

/* A name with a separator in it can be read as account and domain. */
static bool is_ambiguous(const char *account,
			 const struct known_name *names,
			 size_t num)
{
	return strpbrk(account, "\\@") != NULL ||
	       known_names_shared(names, num, account);
}

/* Returns NULL if no name matches the user. */
static const char *find_user_name(struct search *search,
				  const char *qualified,
				  bool ambiguous)
{
	const struct user_identity *user = search->user;

	if (!ambiguous && means_user(search, user->account)) {
		return user->account;
	}
	if (means_user(search, qualified)) {
		return qualified;
	}
	if (means_user(search, user->account)) {
		return user->account;
	}
	if (means_user(search, user->unix_name)) {
		return user->unix_name;
	}
	return NULL;
}

static const char *choose_user_name(TALLOC_CTX *mem_ctx,
				    struct search *search,
				    const struct known_name *names,
				    size_t num)
{
	const struct user_identity *user = search->user;
	const char *account = user->account != NULL ? user->account : "";
	const char *qualified =
		talloc_asprintf(search->mem_ctx,
				"%s\\%s",
				user->domain != NULL ? user->domain : "",
				account);
	const char *name = NULL;

	if (qualified == NULL) {
		return NULL;
	}
	name = find_user_name(search,
			      qualified,
			      is_ambiguous(account, names, num));
	if (search->no_memory) {
		return NULL;
	}
	return name != NULL ? talloc_strdup(mem_ctx, name)
			    : escape_name(mem_ctx, qualified);
}

const char *session_user_name(TALLOC_CTX *mem_ctx,
			      const struct user_identity *user,
			      const struct known_name *names,
			      size_t num)
{
	struct search search = {
		.mem_ctx = talloc_new(mem_ctx),
		.user = user,
	};
	const char *name = NULL;

	if (search.mem_ctx != NULL) {
		name = choose_user_name(mem_ctx, &search, names, num);
	}
	talloc_free(search.mem_ctx);
	return name;
}

static bool means_channel(TALLOC_CTX *mem_ctx,
			  const char *name,
			  const char *remote_address,
			  const char *remote_name)
{
	struct session_query query;

	return can_be_sent(name) &&
	       W_ERROR_IS_OK(
		       session_query_parse(mem_ctx, name, NULL, &query)) &&
	       client_filter_matches(&query.client,
				     remote_address,
				     remote_name);
}

static const char *address_name(TALLOC_CTX *mem_ctx,
				const struct client_address *address)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (IN6_IS_ADDR_V4MAPPED(&address->ip)) {
		inet_ntop(AF_INET,
			  &address->ip.s6_addr[12],
			  text,
			  sizeof(text));
		return talloc_asprintf(mem_ctx, "\\\\%s", text);
	}
	inet_ntop(AF_INET6, &address->ip, text, sizeof(text));
	return talloc_asprintf(mem_ctx, "\\\\[%s]", text);
}

const char *session_client_name(TALLOC_CTX *mem_ctx,
				const char *remote_address,
				const char *remote_name)
{
	struct client_address address;
	const char *name = talloc_asprintf(mem_ctx, "\\\\%s", remote_name);

	if (name == NULL) {
		return NULL;
	}
	if (!client_address_parse(remote_name, &address) &&
	    means_channel(mem_ctx, name, remote_address, remote_name)) {
		return name;
	}
	if (client_address_parse_channel(remote_address, &address)) {
		return address_name(mem_ctx, &address);
	}
	return escape_name(mem_ctx, remote_name);
}
