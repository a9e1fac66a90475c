/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names to list a session by. A close with these names matches it. */

#ifndef SESSIONDEL_LISTED_NAMES_H
#define SESSIONDEL_LISTED_NAMES_H

#include "source/common/samba_types.h"
#include <talloc.h>

#include "librpc/gen_ndr/security.h"

#include "user_filter.h"

/* One of the names that match a user. */
struct known_name {
	const char *name;
	struct dom_sid user;
	/* several users have this name; set by known_names_sort() */
	bool shared;
};

/**
 * Sort names, ignoring case, and mark those that several users have.
 */
void known_names_sort(struct known_name *names, size_t num);

/**
 * Do several users have this name?
 *
 * @param[in] names  Sorted by known_names_sort().
 * @param[in] num    Number of names.
 * @param[in] name   Case is ignored.
 */
bool known_names_shared(const struct known_name *names,
			size_t num,
			const char *name);

/**
 * The name to list a user by: the account name, as Windows shows it, or
 * DOMAIN\account if the account name would also match others. If
 * NetrSessionDel accepts none of the user's names, an escaped DOMAIN\account.
 *
 * @param[in] mem_ctx  Owns the name.
 * @param[in] user     The user.
 * @param[in] names    Names of all users with sessions, sorted by
 *                     known_names_sort().
 * @param[in] num      Number of names.
 *
 * @return NULL if out of memory.
 */
const char *session_user_name(TALLOC_CTX *mem_ctx,
			      const struct user_identity *user,
			      const struct known_name *names,
			      size_t num);

/**
 * The name to list a client by, with "\\" in front as Windows shows it: the
 * recorded name, or the address (IPv6 in brackets) if no name is recorded or
 * NetrSessionDel does not accept it. Without an IP address, the escaped name.
 *
 * @param[in] mem_ctx         Owns the name.
 * @param[in] remote_address  As in the session table: "ipv4:A:PORT".
 * @param[in] remote_name     The recorded client name, or an address.
 *
 * @return NULL if out of memory.
 */
const char *session_client_name(TALLOC_CTX *mem_ctx,
				const char *remote_address,
				const char *remote_name);

#endif
