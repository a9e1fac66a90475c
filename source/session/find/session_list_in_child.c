/* SPDX-License-Identifier: GPL-3.0-or-later */
/* List sessions of a cluster: in a child that sends them all. */

#include "session_list_in_child.h"

#include "lib/util/tevent_ntstatus.h"

#include "source/session/child/call_child.h"

#include "message_addresses.h"

/* A request says whether to count opens, and has the client's addresses. */
enum {
	LIST_REQUEST = 2,
	LIST_ROW = CHILD_MESSAGES + 100,
	LIST_SUMMARY,
};

static void put_row(struct message *message, const struct session_row *row)
{
	message_put_u32(message, row->id);
	message_put_string(message, row->client);
	message_put_string(message, row->user);
	message_put_string(message, row->dialect);
	message_put_string(message, row->transport);
	message_put_u32(message, row->guest);
	message_put_u32(message, row->seconds);
	message_put_u32(message, row->opens);
}

/* In the child */

static NTSTATUS serve_list(struct child_link *link,
			   struct message *request,
			   void *private_data)
{
	struct session_work *work = private_data;
	const bool opens = message_get_u32(request);
	struct client_addresses addresses;
	struct session_list list = {.rows = NULL};
	struct message *summary = NULL;
	TALLOC_CTX *frame = talloc_new(NULL);
	NTSTATUS status = NT_STATUS_NO_MEMORY;

	work->query.client.resolved =
		message_get_addresses(request, &addresses);
	if (frame != NULL) {
		status = session_list_make(frame,
					   work->table,
					   &work->query,
					   &work->scope,
					   opens,
					   &list);
	}
	for (size_t i = 0; NT_STATUS_IS_OK(status) && i < list.num; i++) {
		put_row(child_link_begin(link, LIST_ROW), &list.rows[i]);
		child_link_send(link);
	}
	summary = child_link_begin(link, LIST_SUMMARY);
	message_put_u32(summary, list.other_clients);
	message_put_u32(summary, list.client_seen);
	child_link_send(link);
	talloc_free(frame);
	return status;
}

const struct child_service session_list_service = {
	.request = LIST_REQUEST,
	.serve = serve_list,
};

/* In the worker */

struct session_list_in_child_state {
	/* owns the rows */
	TALLOC_CTX *frame;
	struct session_list list;
};

static bool receive_row(struct session_list_in_child_state *state,
			struct message *message)
{
	struct session_list *list = &state->list;
	struct session_row *row = NULL;

	if (list->num == talloc_array_length(list->rows)) {
		struct session_row *rows = talloc_realloc(state->frame,
							  list->rows,
							  struct session_row,
							  2 * list->num + 4);

		if (rows == NULL) {
			return false;
		}
		list->rows = rows;
	}
	row = &list->rows[list->num];
	*row = (struct session_row){.id = message_get_u32(message)};
	row->client = talloc_strdup(list->rows, message_get_string(message));
	row->user = talloc_strdup(list->rows, message_get_string(message));
	row->dialect = talloc_strdup(list->rows, message_get_string(message));
	row->transport = talloc_strdup(list->rows, message_get_string(message));
	row->guest = message_get_u32(message);
	row->seconds = message_get_u32(message);
	row->opens = message_get_u32(message);
	list->num += 1;
	return row->client != NULL && row->user != NULL &&
	       row->dialect != NULL && row->transport != NULL;
}

static bool receive_listed(uint32_t type,
			   struct message *message,
			   void *private_data)
{
	struct session_list_in_child_state *state = private_data;

	if (type == LIST_SUMMARY) {
		state->list.other_clients = message_get_u32(message);
		state->list.client_seen = message_get_u32(message);
		return true;
	}
	return receive_row(state, message);
}

static void session_list_in_child_done(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	NTSTATUS status = call_child_request_recv(subreq);

	TALLOC_FREE(subreq);
	if (!tevent_req_nterror(req, status)) {
		tevent_req_done(req);
	}
}

struct tevent_req *session_list_in_child_send(TALLOC_CTX *mem_ctx,
					      struct tevent_context *ev,
					      struct session_work *work,
					      bool opens,
					      struct timeval limit)
{
	struct tevent_req *req = NULL;
	struct tevent_req *subreq = NULL;
	struct session_list_in_child_state *state = NULL;
	struct message request =
		message_begin(call_child_buffer(work->child), LIST_REQUEST);

	req = tevent_req_create(mem_ctx,
				&state,
				struct session_list_in_child_state);
	if (req == NULL) {
		return NULL;
	}
	state->frame = talloc_new(state);
	if (tevent_req_nomem(state->frame, req)) {
		return tevent_req_post(req, ev);
	}
	message_put_u32(&request, opens);
	message_put_addresses(&request, work->query.client.resolved);
	subreq = call_child_request_send(state,
					 ev,
					 work->child,
					 &request,
					 limit,
					 receive_listed,
					 state);
	if (tevent_req_nomem(subreq, req)) {
		return tevent_req_post(req, ev);
	}
	tevent_req_set_callback(subreq, session_list_in_child_done, req);
	return req;
}

NTSTATUS session_list_in_child_recv(struct tevent_req *req,
				    TALLOC_CTX *mem_ctx,
				    struct session_list *list)
{
	const struct session_list_in_child_state *state =
		tevent_req_data(req, struct session_list_in_child_state);
	NTSTATUS status = NT_STATUS_OK;

	if (!tevent_req_is_nterror(req, &status)) {
		*list = state->list;
		(void)talloc_steal(mem_ctx, state->frame);
	}
	tevent_req_received(req);
	return status;
}
