/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The caller's own SMB session, the one with its pipe: it is closed last. */

#ifndef SESSIONDEL_PIPE_SESSION_H
#define SESSIONDEL_PIPE_SESSION_H

#include "source/common/samba_types.h"

#include "librpc/gen_ndr/misc.h"

#include "source/session/targets.h"

struct auth_session_info;
struct dcesrv_connection;
struct pipe_session;

/**
 * Remember which session a pipe came in on. Call this when the pipe is bound:
 * authentication inside RPC may replace the token later.
 *
 * @param[in,out] pipes  The list of all pipes. The pipe is removed from it when
 *                       its connection ends.
 * @param[in]     conn   The pipe.
 *
 * @return false when out of memory.
 */
bool pipe_session_note(struct pipe_session **pipes,
		       struct dcesrv_connection *conn);

/**
 * What pipe_session_note() remembered of a pipe; all zero if nothing. Its
 * strings live as long as the pipe.
 */
struct session_scope_caller pipe_session_caller(
	struct pipe_session *pipes,
	const struct dcesrv_connection *conn);

/**
 * Remember which session it was after all, because the pipe's token is that of
 * a "force user".
 *
 * @param[in,out] pipes  Does nothing unless the pipe was noted.
 * @param[in]     login  From the session's record. NULL: it may be any session
 *                       of the login's name on the connection.
 */
void pipe_session_correct(struct pipe_session *pipes,
			  const struct dcesrv_connection *conn,
			  const struct auth_session_info *login);

#endif
