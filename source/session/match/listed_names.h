/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names that a session is listed by: those that mean it when it closes. */

#ifndef SESSIONDEL_LISTED_NAMES_H
#define SESSIONDEL_LISTED_NAMES_H

#include "source/common/samba_types.h"
#include <talloc.h>

#include "librpc/gen_ndr/security.h"

#include "user_filter.h"

/* One name that a user filter takes for a user. */
struct known_name {
	const char *name;
	struct dom_sid user;
	/* others have it, too: set by known_names_sort() */
	bool shared;
};

/**
 * Sort names by their text, without case, and find those that mean several
 * users.
 */
void known_names_sort(struct known_name *names, size_t num);

/**
 * Are there several users of that name?
 *
 * @param[in] names  Sorted by known_names_sort().
 * @param[in] num    How many.
 * @param[in] name   In any case.
 */
bool known_names_shared(const struct known_name *names,
			size_t num,
			const char *name);

/**
 * The name to list a user by: the account's alone, as Windows has it, or
 * DOMAIN\account where the name alone would mean others as well. It passes
 * user_filter_parse() and matches the user, wherever one can: a name that
 * NetrSessionDel does not take is listed escaped.
 *
 * @param[in] mem_ctx  Owns the name.
 * @param[in] user     Who it is.
 * @param[in] names    Of all users with sessions, sorted.
 * @param[in] num      How many.
 *
 * @return NULL without memory.
 */
const char *session_user_name(TALLOC_CTX *mem_ctx,
			      const struct user_identity *user,
			      const struct known_name *names,
			      size_t num);

/**
 * The name to list a client by, with "\\" in front as Windows has it: the name
 * on record, or else the address, IPv6 in brackets. It passes
 * client_filter_parse() and matches the channel.
 *
 * @param[in] mem_ctx         Owns the name.
 * @param[in] remote_address  As the session table has it, "ipv4:A:PORT".
 * @param[in] remote_name     The client name on record, or an address.
 *
 * @return NULL without memory.
 */
const char *session_client_name(TALLOC_CTX *mem_ctx,
				const char *remote_address,
				const char *remote_name);

#endif
