/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The argument UserName: does it match a session's user? */

#ifndef SESSIONDEL_USER_FILTER_H
#define SESSIONDEL_USER_FILTER_H

#include <stdbool.h>
#include <talloc.h>

/* The names of a session's user; NULL if not recorded. */
struct user_identity {
	const char *unix_name;
	const char *account;
	/* NetBIOS name of the account's domain */
	const char *domain;
	const char *dns_domain;
	/* user principal name */
	const char *upn;
};

struct user_filter {
	/* NULL: any user */
	const char *whole;
	/* DOMAIN\account, else NULL */
	const char *domain;
	const char *domain_account;
	/* account@realm, else NULL */
	const char *realm;
	const char *realm_account;
};

enum user_filter_error {
	USER_FILTER_OK,
	USER_FILTER_MALFORMED,
	USER_FILTER_NO_MEMORY,
};

/**
 * Make a filter of the argument UserName (docs/spec.md#arguments).
 *
 * @param[in]  mem_ctx    Owns the strings of the filter.
 * @param[in]  user_name  The argument; NULL or "" for any user. The filter
 *                        points into it.
 * @param[out] filter     Valid only with USER_FILTER_OK.
 *
 * @return USER_FILTER_MALFORMED if the argument has control characters;
 *         USER_FILTER_NO_MEMORY.
 */
enum user_filter_error user_filter_parse(TALLOC_CTX *mem_ctx,
					 const char *user_name,
					 struct user_filter *filter);

/**
 * Does the user match the filter (docs/spec.md#which-sessions-match)? Case is
 * ignored, in all of Unicode.
 */
bool user_filter_matches(const struct user_filter *filter,
			 const struct user_identity *user);

/**
 * Could the filter match a user with this recorded account, unix name or UPN?
 * Every user that it matches has such a name.
 */
bool user_filter_may_mean(const struct user_filter *filter, const char *name);

#endif
