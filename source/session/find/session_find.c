/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Find the sessions that a call is to close, here or in the call's child. */

#include "session_find.h"

#include "lib/util/tevent_ntstatus.h"

#include "session_find_in_child.h"
#include "session_find_local.h"

struct session_find_state {
	/* owns its list */
	struct session_targets *targets;
};

static void session_find_done(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	struct session_find_state *state =
		tevent_req_data(req, struct session_find_state);
	NTSTATUS status = session_find_in_child_recv(subreq, state->targets);

	TALLOC_FREE(subreq);
	if (!tevent_req_nterror(req, status)) {
		tevent_req_done(req);
	}
}

struct tevent_req *session_find_send(TALLOC_CTX *mem_ctx,
				     struct tevent_context *ev,
				     struct session_work *work,
				     struct timeval limit)
{
	struct tevent_req *req = NULL;
	struct tevent_req *subreq = NULL;
	struct session_find_state *state = NULL;

	req = tevent_req_create(mem_ctx, &state, struct session_find_state);
	if (req == NULL) {
		return NULL;
	}
	state->targets = talloc_zero(state, struct session_targets);
	if (state->targets == NULL) {
		talloc_free(req);
		return NULL;
	}
	if (work->child == NULL) {
		if (!tevent_req_nterror(req,
					session_targets_find(state->targets,
							     work->table,
							     &work->query,
							     &work->scope,
							     state->targets))) {
			tevent_req_done(req);
		}
		return req;
	}
	subreq = session_find_in_child_send(state,
					    ev,
					    work,
					    limit,
					    state->targets);
	if (!tevent_req_nomem(subreq, req)) {
		tevent_req_set_callback(subreq, session_find_done, req);
	}
	return req;
}

NTSTATUS session_find_recv(struct tevent_req *req,
			   TALLOC_CTX *mem_ctx,
			   struct session_targets *targets)
{
	const struct session_find_state *state =
		tevent_req_data(req, struct session_find_state);
	NTSTATUS status = NT_STATUS_OK;

	(void)tevent_req_is_nterror(req, &status);
	*targets = *state->targets;
	(void)talloc_steal(mem_ctx, targets->list);
	tevent_req_received(req);
	return status;
}
