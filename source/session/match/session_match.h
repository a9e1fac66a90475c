/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does a session's record match? See docs/spec.md#which-sessions-match. */

#ifndef SESSIONDEL_SESSION_MATCH_H
#define SESSIONDEL_SESSION_MATCH_H

#include "source/common/samba_types.h"

#include "source/common/samba_records.h"

#include "client_filter.h"
#include "user_filter.h"

struct session_target;

/* What a look-up must know about the server and the caller. */
struct session_scope {
	/* the server's own domain: its NetBIOS name and its realm */
	const char *domain;
	const char *realm;
	/* the session that carries the call */
	struct session_scope_caller {
		/* its unique_session_token, all zero if unknown */
		struct GUID token;
		/* its user, all zero if unknown, and the channel's address as
		 * smbd records it */
		struct dom_sid user;
		const char *address;
		/* the user for %U, which is always who logged in; NULL if
		 * unknown */
		const char *login;
	} caller;
	/* called for each target when it is found; may be NULL */
	void (*found)(const struct session_target *target, void *private_data);
	void *private_data;
};

/**
 * The names of a session's user. The strings belong to session and scope.
 *
 * @param[in] session  From the record of an authenticated session.
 * @param[in] scope    For the server's domain and realm.
 */
struct user_identity session_user(const struct auth_session_info *session,
				  const struct session_scope *scope);

/**
 * The SID of a session's user, all zero if it has none.
 */
struct dom_sid session_user_sid(const struct auth_session_info *session);

/**
 * Is a session's user a guest or anonymous?
 */
bool session_user_is_guest(const struct auth_session_info *session);

/**
 * A user's name for people: DOMAIN\account, or the unix name.
 *
 * @param[in] mem_ctx  Owns the name.
 *
 * @return NULL without memory.
 */
char *session_display_name(TALLOC_CTX *mem_ctx,
			   const struct user_identity *user);

/**
 * Has the session the token of the caller's own?
 *
 * @param[in] session  One whose authentication is complete.
 */
bool session_has_callers_token(const struct smbXsrv_session_global *session,
			       const struct session_scope_caller *caller);

/**
 * Was the session's user called at the log-in like the caller's?
 *
 * False if that is unknown.
 */
bool session_has_callers_login(const struct auth_session_info *session,
			       const struct session_scope_caller *caller);

/**
 * Is the session on the connection that carries the caller's pipe?
 */
bool session_is_on_callers_connection(
	const struct smbXsrv_session_global *session,
	const struct session_scope_caller *caller);

/**
 * Does the filter mean one of the session's channels?
 */
bool session_client_matches(const struct smbXsrv_session_global *session,
			    const struct client_filter *filter);

#endif
