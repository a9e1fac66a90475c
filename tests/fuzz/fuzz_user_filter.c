/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes source/session/match/user_filter.c: a recorded user matches itself. */

#include "replace.h"

#include "fuzz.h"

#include <locale.h>

#include "source/session/match/user_filter.h"

enum { ASKED, UNIX_NAME, ACCOUNT, DOMAIN, DNS_DOMAIN, UPN, NUM_FIELDS };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;

	assert(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
	return 0;
}

static bool has_none_of(const char *text, const char *characters)
{
	return strpbrk(text, characters) == NULL;
}

/* A record cannot hold other names, because they come from NDR. */
static bool is_name(const char *text)
{
	return text != NULL && text[0] != '\0' && fuzz_is_utf8(text);
}

static void check_matches(TALLOC_CTX *mem_ctx,
			  const char *name,
			  const struct user_identity *user)
{
	struct user_filter filter;
	enum user_filter_error err = user_filter_parse(mem_ctx, name, &filter);

	assert(err != USER_FILTER_NO_MEMORY);
	if (err == USER_FILTER_OK) {
		assert(filter.whole != NULL);
		assert(user_filter_matches(&filter, user));
	}
}

/* All forms of a user's name (docs/spec.md#which-sessions-match). */
static void check_recorded(TALLOC_CTX *mem_ctx,
			   const struct user_identity *user)
{
	const char *domains[] = {user->domain, user->dns_domain};

	if (is_name(user->unix_name)) {
		check_matches(mem_ctx, user->unix_name, user);
	}
	if (is_name(user->upn) && has_none_of(user->upn, "\\") &&
	    !has_none_of(user->upn, "@")) {
		check_matches(mem_ctx, user->upn, user);
	}
	if (!is_name(user->account)) {
		return;
	}
	check_matches(mem_ctx, user->account, user);
	for (size_t i = 0; i < 2; i++) {
		if (is_name(domains[i]) && has_none_of(domains[i], "\\")) {
			check_matches(mem_ctx,
				      talloc_asprintf(mem_ctx,
						      "%s\\%s",
						      domains[i],
						      user->account),
				      user);
		}
	}
	if (is_name(user->dns_domain) && has_none_of(user->dns_domain, "\\@") &&
	    has_none_of(user->account, "\\")) {
		check_matches(mem_ctx,
			      talloc_asprintf(mem_ctx,
					      "%s@%s",
					      user->account,
					      user->dns_domain),
			      user);
	}
}

static void check_asked(TALLOC_CTX *mem_ctx,
			const char *name,
			const struct user_identity *user)
{
	static const struct user_identity nobody = {.unix_name = NULL};
	struct user_filter filter;
	struct user_filter other;
	char *swapped = talloc_strdup(mem_ctx, name);

	fuzz_swap_case(swapped);
	if (user_filter_parse(mem_ctx, name, &filter) != USER_FILTER_OK) {
		return;
	}
	assert((filter.whole == NULL) == (name[0] == '\0'));
	assert(user_filter_matches(&filter, &nobody) == (name[0] == '\0'));

	assert(user_filter_parse(mem_ctx, swapped, &other) == USER_FILTER_OK);
	assert(user_filter_matches(&filter, user) ==
	       user_filter_matches(&other, user));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct user_identity user;
	char *fields[NUM_FIELDS];

	fuzz_cut(data, size, fields, NUM_FIELDS);
	user = (struct user_identity){
		.unix_name = fields[UNIX_NAME],
		.account = fields[ACCOUNT],
		.domain = fields[DOMAIN],
		.dns_domain = fields[DNS_DOMAIN],
		.upn = fields[UPN],
	};
	check_asked(frame, fields[ASKED], &user);
	check_recorded(frame, &user);

	fuzz_free(fields, NUM_FIELDS);
	talloc_free(frame);
	return 0;
}
