/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SMB session that carries a pipe: the caller's own, which is closed last.
 */

#ifndef SESSIONDEL_PIPE_SESSION_H
#define SESSIONDEL_PIPE_SESSION_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "librpc/gen_ndr/misc.h"

#include "source/session/session_close.h"

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

/**
 * Close a session when the caller's pipe goes away, or after a second (spec
 * 5): waiting for it inside its own call would lose the answer.
 *
 * @param[in] conn    The caller's pipe.
 * @param[in] ev      The worker's event context.
 * @param[in] table   The session table.
 * @param[in] target  The session, copied.
 * @param[in] how     How to close it, copied.
 *
 * @return false without memory.
 */
bool pipe_session_close_later(struct dcesrv_connection *conn,
			      struct tevent_context *ev,
			      struct session_table *table,
			      const struct session_target *target,
			      const struct session_close_how *how);

#endif
