/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The caller's own SMB session, the one with its pipe: it is closed last. */

#include "pipe_session.h"

#include "lib/util/dlinklist.h"
#include "lib/tsocket/tsocket.h"
#include "librpc/gen_ndr/auth.h"
#include "librpc/rpc/dcesrv_core.h"

struct pipe_session {
	struct pipe_session *prev, *next;
	struct pipe_session **list;
	const struct dcesrv_connection *conn;
	struct session_scope_caller caller;
};

static int pipe_session_destructor(struct pipe_session *pipe)
{
	DLIST_REMOVE(*pipe->list, pipe);
	return 0;
}

static struct pipe_session *find_pipe(struct pipe_session *pipes,
				      const struct dcesrv_connection *conn)
{
	while (pipes != NULL && pipes->conn != conn) {
		pipes = pipes->next;
	}
	return pipes;
}

static void note_session(struct pipe_session *pipe,
			 const struct auth_session_info *session)
{
	pipe->caller.token = session->unique_session_token;
	pipe->caller.user = session_user_sid(session);
}

/* False without memory. */
static bool note_login(struct pipe_session *pipe,
		       const struct auth_session_info *session)
{
	const struct auth_user_info_unix *unix_info = session->unix_info;

	if (unix_info == NULL || unix_info->sanitized_username == NULL) {
		return true;
	}
	pipe->caller.login = talloc_strdup(pipe, unix_info->sanitized_username);
	return pipe->caller.login != NULL;
}

bool pipe_session_note(struct pipe_session **pipes,
		       struct dcesrv_connection *conn)
{
	const struct auth_session_info *session =
		conn->default_auth_state->session_info;
	struct pipe_session *pipe = NULL;

	if (find_pipe(*pipes, conn) != NULL) {
		return true;
	}
	pipe = talloc(conn, struct pipe_session);
	if (pipe == NULL) {
		return false;
	}
	*pipe = (struct pipe_session){
		.list = pipes,
		.conn = conn,
		.caller =
			{
				.address = tsocket_address_string(
					conn->remote_address,
					pipe),
			},
	};
	if (pipe->caller.address == NULL || !note_login(pipe, session)) {
		talloc_free(pipe);
		return false;
	}
	note_session(pipe, session);
	DLIST_ADD(*pipes, pipe);
	talloc_set_destructor(pipe, pipe_session_destructor);
	return true;
}

struct session_scope_caller pipe_session_caller(
	struct pipe_session *pipes,
	const struct dcesrv_connection *conn)
{
	const struct pipe_session *pipe = find_pipe(pipes, conn);

	return pipe != NULL ? pipe->caller
			    : (struct session_scope_caller){.address = NULL};
}

void pipe_session_correct(struct pipe_session *pipes,
			  const struct dcesrv_connection *conn,
			  const struct auth_session_info *login)
{
	struct pipe_session *pipe = find_pipe(pipes, conn);

	if (pipe == NULL) {
		return;
	}
	if (login != NULL) {
		note_session(pipe, login);
	} else {
		pipe->caller.token = (struct GUID){.time_low = 0};
		pipe->caller.user = (struct dom_sid){.sid_rev_num = 0};
	}
}
