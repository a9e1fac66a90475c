/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who logged in, where a pipe has another user's token. */

#ifndef SESSIONDEL_SESSION_LOGIN_H
#define SESSIONDEL_SESSION_LOGIN_H

#include "source/session/match/session_match.h"
#include "source/session/tables/session_table.h"

struct auth_session_info;

enum session_login {
	SESSION_LOGIN_KNOWN,
	/* nobody of the login's name is on the connection */
	SESSION_LOGIN_NONE,
	/* it may be one of several sessions */
	SESSION_LOGIN_SEVERAL,
	/* the table cannot be read */
	SESSION_LOGIN_UNREADABLE,
	/* asking a cluster would block */
	SESSION_LOGIN_ON_CLUSTER,
};

/**
 * Find the session that carries a pipe by the pipe's connection.
 *
 * smbd hands out the address of its first connection for all pipes, also for
 * those on other connections of the same client. So the session must be the
 * only one that its smbd has.
 *
 * @param[in]  mem_ctx  Owns what is found.
 * @param[in]  table    The session table.
 * @param[in]  carrier  The pipe's address and login.
 * @param[out] login    From the session's record; NULL unless it is known.
 */
enum session_login session_login_find(
	TALLOC_CTX *mem_ctx,
	struct session_table *table,
	const struct session_scope_caller *carrier,
	struct auth_session_info **login);

#endif
