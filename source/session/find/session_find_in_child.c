/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Find sessions on a cluster, in a child process that sends the targets. */

#include "session_find_in_child.h"

#include <unistd.h>

#include "lib/util/tevent_ntstatus.h"

#include "source/session/child/side_process.h"

#include "session_find.h"

/*
 * A message from the child. A target is followed by its user and client, each
 * with its NUL. Targets are sent when they are found, in case the walk does not
 * end, and all of them again at its end.
 */
struct told {
	enum {
		TOLD_TARGET,
		TOLD_AGAIN,
		TOLD_END,
	} kind;
	struct session_target target;
	size_t user_len;
	size_t client_len;
	/* of TOLD_END */
	NTSTATUS status;
	bool other_clients;
};

struct session_find_in_child_state {
	struct session_table *table;
	const struct session_query *query;
	struct session_scope scope;
	struct session_targets targets;
	int output;
	/* TOLD_END was received */
	bool ended;
	NTSTATUS status;
};

/* The child has nothing left to do if the worker does not read. */
static void send_bytes(int output, const void *data, size_t len)
{
	if (!side_process_tell(output, data, len)) {
		_exit(1);
	}
}

static void tell_target(const struct session_target *target, void *private_data)
{
	const struct session_find_in_child_state *state = private_data;
	const struct told told = {
		.kind = TOLD_TARGET,
		.target = *target,
		.user_len = strlen(target->user) + 1,
		.client_len = strlen(target->client) + 1,
	};

	send_bytes(state->output, &told, sizeof(told));
	send_bytes(state->output, target->user, told.user_len);
	send_bytes(state->output, target->client, told.client_len);
}

static void find_in_child(int output, void *private_data)
{
	struct session_find_in_child_state *state = private_data;
	const struct session_targets *targets = &state->targets;
	const struct told again = {.kind = TOLD_AGAIN};
	struct told end = {.kind = TOLD_END};

	state->output = output;
	state->scope.found = tell_target;
	state->scope.private_data = state;
	end.status = session_targets_find(state,
					  state->table,
					  state->query,
					  &state->scope,
					  &state->targets);
	send_bytes(output, &again, sizeof(again));
	for (size_t i = 0; i < targets->num; i++) {
		tell_target(&targets->list[i], state);
	}
	end.other_clients = targets->other_clients;
	send_bytes(output, &end, sizeof(end));
}

static void session_find_in_child_done(struct tevent_req *subreq);

struct tevent_req *session_find_in_child_send(TALLOC_CTX *mem_ctx,
					      struct tevent_context *ev,
					      struct session_table *table,
					      const struct session_query *query,
					      const struct session_scope *scope,
					      struct timeval limit)
{
	struct tevent_req *req = NULL;
	struct tevent_req *subreq = NULL;
	struct session_find_in_child_state *state = NULL;

	req = tevent_req_create(mem_ctx,
				&state,
				struct session_find_in_child_state);
	if (req == NULL) {
		return NULL;
	}
	*state = (struct session_find_in_child_state){
		.table = table,
		.query = query,
		.scope = *scope,
	};
	subreq = side_process_send(state,
				   ev,
				   session_table_messaging(table),
				   limit,
				   find_in_child,
				   state);
	if (tevent_req_nomem(subreq, req)) {
		return tevent_req_post(req, ev);
	}
	tevent_req_set_callback(subreq, session_find_in_child_done, req);
	return req;
}

/* Drops an incomplete target: the child was killed while it wrote. */
static bool take_target(struct session_find_in_child_state *state,
			struct told *told,
			const char **text,
			const char *end)
{
	const size_t len = told->user_len + told->client_len;

	if ((size_t)(end - *text) < len) {
		*text = end;
		return true;
	}
	told->target.user = *text;
	told->target.client = *text + told->user_len;
	*text += len;
	return session_targets_add(state, &state->targets, &told->target);
}

static NTSTATUS receive_messages(struct session_find_in_child_state *state,
				 const DATA_BLOB *blob)
{
	const char *text = (const char *)blob->data;
	const char *end = text + blob->length;
	struct told told;

	while ((size_t)(end - text) >= sizeof(told)) {
		memcpy(&told, text, sizeof(told));
		text += sizeof(told);
		if (told.kind == TOLD_AGAIN) {
			state->targets.num = 0;
		} else if (told.kind == TOLD_END) {
			state->ended = true;
			state->status = told.status;
			state->targets.other_clients = told.other_clients;
		} else if (!take_target(state, &told, &text, end)) {
			return NT_STATUS_NO_MEMORY;
		}
	}
	return NT_STATUS_OK;
}

static NTSTATUS complete_targets(struct session_find_in_child_state *state,
				 NTSTATUS status)
{
	if (state->ended) {
		status = state->status;
	} else if (NT_STATUS_IS_OK(status)) {
		status = NT_STATUS_INTERNAL_ERROR;
	}
	session_targets_complete(&state->targets, NT_STATUS_IS_OK(status));
	return status;
}

static void session_find_in_child_done(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	struct session_find_in_child_state *state =
		tevent_req_data(req, struct session_find_in_child_state);
	DATA_BLOB blob;
	NTSTATUS status = side_process_recv(subreq, req, &blob);
	NTSTATUS taken = receive_messages(state, &blob);

	TALLOC_FREE(subreq);
	if (tevent_req_nterror(req, taken) ||
	    tevent_req_nterror(req, complete_targets(state, status))) {
		return;
	}
	tevent_req_done(req);
}

NTSTATUS session_find_in_child_recv(struct tevent_req *req,
				    TALLOC_CTX *mem_ctx,
				    struct session_targets *targets)
{
	struct session_find_in_child_state *state =
		tevent_req_data(req, struct session_find_in_child_state);
	NTSTATUS status = NT_STATUS_OK;

	(void)tevent_req_is_nterror(req, &status);
	*targets = state->targets;
	(void)talloc_steal(mem_ctx, targets->list);
	return status;
}
