/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SMB session that carries a pipe: the caller's own, which is closed last.
 */

#ifndef SESSIONDEL_PIPE_SESSION_H
#define SESSIONDEL_PIPE_SESSION_H

#include "source/common/samba_types.h"

#include "librpc/gen_ndr/misc.h"

#include "source/session/targets.h"

struct dcesrv_connection;
struct pipe_session;

/**
 * Remember which session a pipe came in on. To be called when the pipe is
 * bound: later, authentication inside RPC may have put another token in place.
 *
 * @param[in,out] pipes  The list of all pipes, which forgets this one when its
 *                       connection ends.
 * @param[in]     conn   The pipe.
 *
 * @return false without memory.
 */
bool pipe_session_note(struct pipe_session **pipes,
		       struct dcesrv_connection *conn);

/**
 * What was noted of the session that carries a pipe; all zero when nothing
 * was. Its address lives as long as the pipe.
 */
struct session_scope_caller pipe_session_caller(
	const struct pipe_session *pipes,
	const struct dcesrv_connection *conn);

#endif
