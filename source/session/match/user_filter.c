/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The argument UserName: does it match a session's user? */

#include "replace.h"
#include "user_filter.h"

#include "lib/util/charset/charset.h"

#include "source/common/text.h"

enum user_filter_error user_filter_parse(TALLOC_CTX *mem_ctx,
					 const char *user_name,
					 struct user_filter *filter)
{
	const char *sep = NULL;

	*filter = (struct user_filter){.whole = NULL};

	if (user_name == NULL || user_name[0] == '\0') {
		return USER_FILTER_OK;
	}
	if (text_has_control(user_name)) {
		return USER_FILTER_MALFORMED;
	}
	filter->whole = user_name;

	sep = text_find_first(user_name, '\\');
	if (sep != NULL) {
		filter->domain_account = sep + 1;
		filter->domain =
			talloc_strndup(mem_ctx, user_name, sep - user_name);
		return filter->domain != NULL ? USER_FILTER_OK
					      : USER_FILTER_NO_MEMORY;
	}
	sep = text_find_last(user_name, '@');
	if (sep != NULL) {
		filter->realm = sep + 1;
		filter->realm_account =
			talloc_strndup(mem_ctx, user_name, sep - user_name);
		return filter->realm_account != NULL ? USER_FILTER_OK
						     : USER_FILTER_NO_MEMORY;
	}
	return USER_FILTER_OK;
}

/* An empty name matches nobody, whether asked for or recorded. */
static bool same_name(const char *asked, const char *recorded)
{
	return asked != NULL && recorded != NULL && recorded[0] != '\0' &&
	       strcasecmp_m(asked, recorded) == 0;
}

bool user_filter_matches(const struct user_filter *filter,
			 const struct user_identity *user)
{
	if (filter->whole == NULL) {
		return true;
	}
	if (same_name(filter->whole, user->unix_name) ||
	    same_name(filter->whole, user->account)) {
		return true;
	}
	if (same_name(filter->domain_account, user->account)) {
		return same_name(filter->domain, user->domain) ||
		       same_name(filter->domain, user->dns_domain);
	}
	if (filter->realm == NULL) {
		return false;
	}
	return same_name(filter->whole, user->upn) ||
	       (same_name(filter->realm_account, user->account) &&
		same_name(filter->realm, user->dns_domain));
}

bool user_filter_may_mean(const struct user_filter *filter, const char *name)
{
	return filter->whole == NULL || same_name(filter->whole, name) ||
	       same_name(filter->domain_account, name) ||
	       same_name(filter->realm_account, name);
}
