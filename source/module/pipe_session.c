/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SMB session that carries a pipe: the caller's own, which is closed last.
 */

#include "pipe_session.h"

#include "lib/util/debug.h"
#include "lib/util/dlinklist.h"
#include "lib/tsocket/tsocket.h"
#include "librpc/gen_ndr/auth.h"
#include "librpc/rpc/dcesrv_core.h"

#include "source/session/durable_open.h"

#define CLOSE_AFTER_SECONDS 1

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

static const struct pipe_session *find(const struct pipe_session *pipes,
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

	if (find(*pipes, conn) != NULL) {
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
	const struct pipe_session *pipe = find(pipes, conn);

	return pipe != NULL ? pipe->caller
			    : (struct session_scope_caller){.address = NULL};
}

struct late_close {
	struct tevent_context *ev;
	struct session_table *table;
	struct session_target target;
	struct session_targets targets;
	struct session_close_how how;
};

static void late_close_done(struct tevent_req *req)
{
	struct late_close *late =
		tevent_req_callback_data(req, struct late_close);
	NTSTATUS status = session_close_recv(req);

	if (!NT_STATUS_IS_OK(status)) {
		DBG_WARNING("the caller's session 0x%08x: %s\n",
			    late->target.key.global_id,
			    nt_errstr(status));
	}
	talloc_free(late);
}

/* Outlives the pipe, which may be going away at this moment. */
static void start_close(const struct late_close *planned)
{
	struct late_close *late = talloc(planned->ev, struct late_close);
	struct tevent_req *req = NULL;

	if (late != NULL) {
		*late = *planned;
		late->targets.list = &late->target;
		late->how.noted = talloc_steal(late, planned->how.noted);
		req = session_close_send(late,
					 late->ev,
					 late->table,
					 &late->targets,
					 &late->how);
	}
	if (req == NULL) {
		DBG_ERR("no memory to close the caller's session 0x%08x\n",
			planned->target.key.global_id);
		talloc_free(late);
		return;
	}
	tevent_req_set_callback(req, late_close_done, late);
}

static int late_close_destructor(struct late_close *late)
{
	start_close(late);
	return 0;
}

static void late_close_due(struct tevent_context *ev,
			   struct tevent_timer *te,
			   struct timeval now,
			   void *private_data)
{
	(void)ev;
	(void)te;
	(void)now;
	talloc_free(private_data);
}

bool pipe_session_close_later(struct dcesrv_connection *conn,
			      struct tevent_context *ev,
			      struct session_table *table,
			      const struct session_target *target,
			      const struct session_close_how *how)
{
	struct late_close *late = talloc(conn, struct late_close);

	if (late == NULL) {
		return false;
	}
	*late = (struct late_close){
		.ev = ev,
		.table = table,
		.target = *target,
		.targets = {.num = 1},
		.how = *how,
	};
	late->target.fate = SESSION_NOT_ASKED;
	late->targets.list = &late->target;

	/*
	 * A client that hangs up when it has its answer disconnects its opens
	 * before they could be noted then.
	 */
	if (how->end_durable &&
	    !NT_STATUS_IS_OK(durable_opens_note(late,
						&late->targets,
						&late->how.noted))) {
		DBG_WARNING("durable opens of the caller's session 0x%08x are "
			    "left as they are\n",
			    target->key.global_id);
	}

	if (tevent_add_timer(ev,
			     late,
			     tevent_timeval_current_ofs(CLOSE_AFTER_SECONDS, 0),
			     late_close_due,
			     late) == NULL) {
		talloc_free(late);
		return false;
	}
	/* however it ends, the session is closed then */
	talloc_set_destructor(late, late_close_destructor);
	return true;
}
