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

static const struct pipe_session *find_pipe(
	const struct pipe_session *pipes,
	const struct dcesrv_connection *conn)
{
	while (pipes != NULL && pipes->conn != conn) {
		pipes = pipes->next;
	}
	return pipes;
}

bool pipe_session_note(struct pipe_session **pipes,
		       struct dcesrv_connection *conn)
{
	const struct auth_session_info *session =
		conn->default_auth_state->session_info;
	const struct security_token *token = session->security_token;
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
				.token = session->unique_session_token,
				.address = tsocket_address_string(
					conn->remote_address,
					pipe),
			},
	};
	if (pipe->caller.address == NULL) {
		talloc_free(pipe);
		return false;
	}
	if (token != NULL && token->num_sids != 0) {
		pipe->caller.user = token->sids[0];
	}
	DLIST_ADD(*pipes, pipe);
	talloc_set_destructor(pipe, pipe_session_destructor);
	return true;
}

struct session_scope_caller pipe_session_caller(
	const struct pipe_session *pipes,
	const struct dcesrv_connection *conn)
{
	const struct pipe_session *pipe = find_pipe(pipes, conn);

	return pipe != NULL ? pipe->caller
			    : (struct session_scope_caller){.address = NULL};
}
