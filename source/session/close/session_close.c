/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Close the sessions of a call, here or in the call's child. */

#include "session_close.h"

#include "lib/util/tevent_ntstatus.h"

#include "session_close_in_child.h"

struct session_close_state {
	bool in_child;
	struct durable_opens *leftover;
};

static void session_close_done(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	struct session_close_state *state =
		tevent_req_data(req, struct session_close_state);
	NTSTATUS status = state->in_child
				  ? session_close_in_child_recv(subreq)
				  : session_close_local_recv(subreq,
							     state,
							     &state->leftover);

	TALLOC_FREE(subreq);
	if (!tevent_req_nterror(req, status)) {
		tevent_req_done(req);
	}
}

struct tevent_req *session_close_send(
	TALLOC_CTX *mem_ctx,
	struct tevent_context *ev,
	struct session_work *work,
	struct session_targets *targets,
	const struct session_close_options *options)
{
	struct tevent_req *req = NULL;
	struct tevent_req *subreq = NULL;
	struct session_close_state *state = NULL;

	req = tevent_req_create(mem_ctx, &state, struct session_close_state);
	if (req == NULL) {
		return NULL;
	}
	state->in_child = work->child != NULL;
	if (state->in_child) {
		subreq = session_close_in_child_send(state,
						     ev,
						     work,
						     targets,
						     options);
	} else {
		subreq = session_close_local_send(state,
						  ev,
						  work->closer,
						  targets,
						  options);
	}
	if (tevent_req_nomem(subreq, req)) {
		return req;
	}
	tevent_req_set_callback(subreq, session_close_done, req);
	if (!tevent_req_is_in_progress(subreq)) {
		session_close_done(subreq);
	}
	return req;
}

NTSTATUS session_close_recv(struct tevent_req *req,
			    TALLOC_CTX *mem_ctx,
			    struct durable_opens **leftover)
{
	struct session_close_state *state =
		tevent_req_data(req, struct session_close_state);

	if (leftover != NULL) {
		*leftover = talloc_move(mem_ctx, &state->leftover);
	}
	return tevent_req_simple_recv_ntstatus(req);
}
