/* SPDX-License-Identifier: GPL-3.0-or-later */
/* List sessions for a call, here or in the call's child. */

#include "session_list.h"

#include "lib/util/tevent_ntstatus.h"

#include "session_list_in_child.h"

struct session_list_state {
	/* owns its rows */
	struct session_list *list;
};

static void session_list_done(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	NTSTATUS status = session_list_in_child_recv(subreq);

	TALLOC_FREE(subreq);
	if (!tevent_req_nterror(req, status)) {
		tevent_req_done(req);
	}
}

struct tevent_req *session_list_send(TALLOC_CTX *mem_ctx,
				     struct tevent_context *ev,
				     struct session_work *work,
				     struct session_fields fields,
				     struct timeval limit)
{
	struct tevent_req *req = NULL;
	struct tevent_req *subreq = NULL;
	struct session_list_state *state = NULL;

	req = tevent_req_create(mem_ctx, &state, struct session_list_state);
	if (req == NULL) {
		return NULL;
	}
	state->list = talloc_zero(state, struct session_list);
	if (tevent_req_nomem(state->list, req)) {
		return req;
	}
	if (work->child == NULL) {
		if (!tevent_req_nterror(req,
					session_list_make(state->list,
							  work->table,
							  &work->query,
							  &work->scope,
							  fields,
							  state->list))) {
			tevent_req_done(req);
		}
		return req;
	}
	subreq = session_list_in_child_send(state,
					    ev,
					    work,
					    fields,
					    limit,
					    state->list);
	if (!tevent_req_nomem(subreq, req)) {
		tevent_req_set_callback(subreq, session_list_done, req);
	}
	return req;
}

NTSTATUS session_list_recv(struct tevent_req *req,
			   TALLOC_CTX *mem_ctx,
			   struct session_list *list)
{
	const struct session_list_state *state =
		tevent_req_data(req, struct session_list_state);
	NTSTATUS status = NT_STATUS_OK;

	if (!tevent_req_is_nterror(req, &status)) {
		*list = *state->list;
		(void)talloc_steal(mem_ctx, state->list);
	}
	tevent_req_received(req);
	return status;
}
