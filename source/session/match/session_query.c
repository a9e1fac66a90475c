/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A query: which sessions the arguments of a call ask for. */

#include "session_query.h"

#include "lib/util/charset/charset.h"

/*
 * [MS-SRVS] 3.1.4.6: a name of more than 1,024 characters, including the NUL,
 * is ERROR_INVALID_PARAMETER. Characters are UTF-16 units.
 */
#define NAME_MAX_UNITS 1024

static bool too_long(const char *name)
{
	return name != NULL && strlen_m_term(name) > NAME_MAX_UNITS;
}

WERROR session_query_parse_any(TALLOC_CTX *mem_ctx,
			       const char *client_name,
			       const char *user_name,
			       struct session_query *query)
{
	if (too_long(client_name) || too_long(user_name)) {
		return WERR_INVALID_PARAMETER;
	}
	if (!client_filter_parse(client_name, &query->client)) {
		return WERR_INVALID_PARAMETER;
	}

	switch (user_filter_parse(mem_ctx, user_name, &query->user)) {
	case USER_FILTER_NO_MEMORY:
		return WERR_NOT_ENOUGH_MEMORY;
	case USER_FILTER_MALFORMED:
		return WERR_INVALID_PARAMETER;
	case USER_FILTER_OK:
		break;
	}
	return WERR_OK;
}

WERROR session_query_parse(TALLOC_CTX *mem_ctx,
			   const char *client_name,
			   const char *user_name,
			   struct session_query *query)
{
	WERROR result =
		session_query_parse_any(mem_ctx, client_name, user_name, query);

	if (!W_ERROR_IS_OK(result)) {
		return result;
	}
	/* there is no "close everything" */
	if (query->client.name == NULL && query->user.whole == NULL) {
		return WERR_INVALID_PARAMETER;
	}
	return WERR_OK;
}
