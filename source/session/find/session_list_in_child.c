/* SPDX-License-Identifier: GPL-3.0-or-later */
/* List sessions on a cluster, in a child process that sends the list. */

#include "session_list_in_child.h"

#include "lib/util/tevent_ntstatus.h"

#include "source/session/child/side_process.h"

/* What the child sends first; the rows follow. */
struct told_list {
	NTSTATUS status;
	/* rows is the child's pointer, not valid in the worker */
	struct session_list list;
};

/*
 * A row is followed by its client and user, each with its NUL. Its other
 * strings are constants, which have the same address in both processes.
 */
struct told_row {
	struct session_row row;
	size_t client_len;
	size_t user_len;
};

struct session_list_in_child_state {
	struct session_table *table;
	const struct session_query *query;
	struct session_scope scope;
	bool opens;
	/* owns what the rows point to */
	DATA_BLOB told;
	struct session_list list;
};

static bool pack_row(struct session_list_in_child_state *state,
		     const struct session_row *row)
{
	const struct told_row told = {
		.row = *row,
		.client_len = strlen(row->client) + 1,
		.user_len = strlen(row->user) + 1,
	};

	return data_blob_append(state, &state->told, &told, sizeof(told)) &&
	       data_blob_append(state,
				&state->told,
				row->client,
				told.client_len) &&
	       data_blob_append(state, &state->told, row->user, told.user_len);
}

static bool pack_list(struct session_list_in_child_state *state,
		      const struct told_list *told)
{
	bool ok = data_blob_append(state, &state->told, told, sizeof(*told));

	if (!NT_STATUS_IS_OK(told->status)) {
		return ok;
	}
	for (size_t i = 0; ok && i < told->list.num; i++) {
		ok = pack_row(state, &told->list.rows[i]);
	}
	return ok;
}

static void list_in_child(int output, void *private_data)
{
	struct session_list_in_child_state *state = private_data;
	struct told_list told = {.list = {.rows = NULL}};

	told.status = session_list_make(state,
					state->table,
					state->query,
					&state->scope,
					state->opens,
					&told.list);
	if (!pack_list(state, &told)) {
		told.status = NT_STATUS_NO_MEMORY;
		state->told = data_blob_const(&told, sizeof(told));
	}
	(void)side_process_tell(output, state->told.data, state->told.length);
}

static void session_list_in_child_done(struct tevent_req *subreq);

struct tevent_req *session_list_in_child_send(TALLOC_CTX *mem_ctx,
					      struct tevent_context *ev,
					      struct session_table *table,
					      const struct session_query *query,
					      const struct session_scope *scope,
					      bool opens,
					      struct timeval limit)
{
	struct tevent_req *req = NULL;
	struct tevent_req *subreq = NULL;
	struct session_list_in_child_state *state = NULL;

	req = tevent_req_create(mem_ctx,
				&state,
				struct session_list_in_child_state);
	if (req == NULL) {
		return NULL;
	}
	*state = (struct session_list_in_child_state){
		.table = table,
		.query = query,
		.scope = *scope,
		.opens = opens,
	};
	subreq = side_process_send(state,
				   ev,
				   session_table_messaging(table),
				   limit,
				   list_in_child,
				   state);
	if (tevent_req_nomem(subreq, req)) {
		return tevent_req_post(req, ev);
	}
	tevent_req_set_callback(subreq, session_list_in_child_done, req);
	return req;
}

/* The bytes that were not read yet. They are not aligned. */
struct rest {
	const char *data;
	size_t length;
};

/* The next length bytes, NULL if there are fewer. */
static const char *take_bytes(struct rest *rest, size_t length)
{
	const char *data = rest->data;

	if (length > rest->length) {
		return NULL;
	}
	rest->data += length;
	rest->length -= length;
	return data;
}

static bool take_row(struct rest *rest, struct session_row *row)
{
	struct told_row told;
	const char *data = take_bytes(rest, sizeof(told));

	if (data == NULL) {
		return false;
	}
	memcpy(&told, data, sizeof(told));
	*row = told.row;
	row->client = take_bytes(rest, told.client_len);
	row->user = take_bytes(rest, told.user_len);
	return row->client != NULL && row->user != NULL;
}

static NTSTATUS take_list(struct session_list_in_child_state *state)
{
	struct rest rest = {
		.data = (const char *)state->told.data,
		.length = state->told.length,
	};
	struct told_list told;
	const char *data = take_bytes(&rest, sizeof(told));

	if (data == NULL) {
		return NT_STATUS_INTERNAL_ERROR;
	}
	memcpy(&told, data, sizeof(told));
	if (!NT_STATUS_IS_OK(told.status)) {
		return told.status;
	}
	state->list = told.list;
	state->list.rows =
		talloc_array(state, struct session_row, state->list.num);
	if (state->list.rows == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	for (size_t i = 0; i < state->list.num; i++) {
		if (!take_row(&rest, &state->list.rows[i])) {
			return NT_STATUS_INTERNAL_ERROR;
		}
	}
	return NT_STATUS_OK;
}

static void session_list_in_child_done(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	struct session_list_in_child_state *state =
		tevent_req_data(req, struct session_list_in_child_state);
	NTSTATUS status = side_process_recv(subreq, state, &state->told);

	TALLOC_FREE(subreq);
	if (NT_STATUS_IS_OK(status)) {
		status = take_list(state);
	}
	if (!tevent_req_nterror(req, status)) {
		tevent_req_done(req);
	}
}

NTSTATUS session_list_in_child_recv(struct tevent_req *req,
				    TALLOC_CTX *mem_ctx,
				    struct session_list *list)
{
	struct session_list_in_child_state *state =
		tevent_req_data(req, struct session_list_in_child_state);
	NTSTATUS status = NT_STATUS_OK;

	if (tevent_req_is_nterror(req, &status)) {
		return status;
	}
	*list = state->list;
	(void)talloc_steal(mem_ctx, list->rows);
	(void)talloc_steal(mem_ctx, state->told.data);
	return NT_STATUS_OK;
}
