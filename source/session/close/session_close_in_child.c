/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Close sessions on a cluster, in a child process that sends their fates. */

#include "session_close.h"

#include <unistd.h>

#include "lib/util/debug.h"
#include "lib/util/tevent_ntstatus.h"
#include "source3/include/messages.h"

#include "source/session/child/side_process.h"
#include "source/session/durable/durable_open.h"

/* Microseconds by which the child's limit comes before the worker's. */
#define HEADSTART 100000

/* What the child sends first; the fates follow, in the order of targets. */
struct told_fates {
	bool done;
	NTSTATUS status;
};

struct session_close_in_child_state {
	struct session_table *table;
	struct session_targets *targets;
	struct session_close_options how;
	int output;
	/* as last sent */
	uint8_t *fates;
};

static bool fates_changed(struct session_close_in_child_state *state)
{
	bool changed = false;

	for (size_t i = 0; i < state->targets->num; i++) {
		const uint8_t fate = state->targets->list[i].fate;

		changed |= fate != state->fates[i];
		state->fates[i] = fate;
	}
	return changed;
}

/* The child has nothing left to do if the worker does not read. */
static void send_fates(const struct session_close_in_child_state *state,
		       const struct told_fates *told)
{
	if (!side_process_tell(state->output, told, sizeof(*told)) ||
	    !side_process_tell(state->output,
			       state->fates,
			       state->targets->num)) {
		_exit(1);
	}
}

static void tell_progress(void *private_data)
{
	struct session_close_in_child_state *state = private_data;
	const struct told_fates told = {.done = false};

	if (fates_changed(state)) {
		send_fates(state, &told);
	}
}

/* After an error the sessions are still closed, as in session_close.c. */
static NTSTATUS open_durable(struct session_close_in_child_state *state)
{
	struct durable_table *durable = NULL;
	NTSTATUS status;

	if (state->how.child_share_lock_limit == NULL) {
		return NT_STATUS_OK;
	}
	status = durable_table_open(state,
				    state->table,
				    state->how.child_share_lock_limit,
				    &durable);
	if (!NT_STATUS_IS_OK(status)) {
		DBG_WARNING("durable opens are not ended: %s\n",
			    nt_errstr(status));
	}
	state->how.durable = durable;
	return status;
}

static void close_in_child(int output, void *private_data)
{
	struct session_close_in_child_state *state = private_data;
	struct tevent_context *ev =
		messaging_tevent_context(session_table_messaging(state->table));
	struct told_fates told = {.done = true, .status = NT_STATUS_NO_MEMORY};
	struct tevent_req *req = NULL;
	const NTSTATUS unnoted = open_durable(state);

	state->output = output;
	state->how.progress = tell_progress;
	state->how.private_data = state;
	req = session_close_here_send(state,
				      ev,
				      state->table,
				      state->targets,
				      &state->how);
	if (req != NULL && tevent_req_poll_ntstatus(req, ev, &told.status)) {
		told.status = session_close_here_recv(req, NULL, NULL);
	}
	if (NT_STATUS_IS_OK(told.status)) {
		told.status = unnoted;
	}
	(void)fates_changed(state);
	send_fates(state, &told);
}

static struct timeval with_headstart(const struct timeval *limit)
{
	const uint64_t usec = limit->tv_sec * 1000000ULL + limit->tv_usec;
	const uint64_t left = usec - MIN(usec / 2, HEADSTART);

	return (struct timeval){
		.tv_sec = (time_t)(left / 1000000),
		.tv_usec = (suseconds_t)(left % 1000000),
	};
}

static void session_close_in_child_done(struct tevent_req *subreq);

static struct tevent_req *session_close_in_child_send(
	TALLOC_CTX *mem_ctx,
	struct tevent_context *ev,
	struct session_table *table,
	struct session_targets *targets,
	const struct session_close_options *how)
{
	struct tevent_req *req = NULL;
	struct tevent_req *subreq = NULL;
	struct session_close_in_child_state *state = NULL;

	req = tevent_req_create(mem_ctx,
				&state,
				struct session_close_in_child_state);
	if (req == NULL) {
		return NULL;
	}
	*state = (struct session_close_in_child_state){
		.table = table,
		.targets = targets,
		.how = *how,
		.fates = talloc_zero_array(state, uint8_t, targets->num),
	};
	if (tevent_req_nomem(state->fates, req)) {
		return tevent_req_post(req, ev);
	}
	state->how.limit = with_headstart(&how->limit);
	subreq = side_process_send(state,
				   ev,
				   session_table_messaging(table),
				   how->limit,
				   close_in_child,
				   state);
	if (tevent_req_nomem(subreq, req)) {
		return tevent_req_post(req, ev);
	}
	tevent_req_set_callback(subreq, session_close_in_child_done, req);
	return req;
}

static void set_fates(const struct session_targets *targets,
		      const uint8_t *fates)
{
	for (size_t i = 0; i < targets->num; i++) {
		targets->list[i].fate = (enum session_fate)fates[i];
	}
}

/*
 * Takes the last fates that were sent. A child that was killed may have closed
 * more than it reported.
 */
static NTSTATUS take_fates(const struct session_targets *targets,
			   const DATA_BLOB *blob)
{
	struct told_fates told = {.status = NT_STATUS_IO_TIMEOUT};
	const size_t size = sizeof(told) + targets->num;

	for (size_t at = 0; at + size <= blob->length; at += size) {
		memcpy(&told, blob->data + at, sizeof(told));
		set_fates(targets, blob->data + at + sizeof(told));
	}
	return told.done ? told.status : NT_STATUS_IO_TIMEOUT;
}

static void session_close_in_child_done(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	const struct session_close_in_child_state *state =
		tevent_req_data(req, struct session_close_in_child_state);
	DATA_BLOB blob;
	NTSTATUS status = side_process_recv(subreq, req, &blob);

	TALLOC_FREE(subreq);
	if (NT_STATUS_IS_OK(status) ||
	    NT_STATUS_EQUAL(status, NT_STATUS_IO_TIMEOUT)) {
		status = take_fates(state->targets, &blob);
	}
	if (!tevent_req_nterror(req, status)) {
		tevent_req_done(req);
	}
}

struct tevent_req *session_close_send(TALLOC_CTX *mem_ctx,
				      struct tevent_context *ev,
				      struct session_table *table,
				      struct session_targets *targets,
				      const struct session_close_options *how)
{
	if (side_process_needed()) {
		return session_close_in_child_send(mem_ctx,
						   ev,
						   table,
						   targets,
						   how);
	}
	return session_close_here_send(mem_ctx, ev, table, targets, how);
}

NTSTATUS session_close_recv(struct tevent_req *req,
			    TALLOC_CTX *mem_ctx,
			    struct durable_opens **opens)
{
	if (talloc_get_type(_tevent_req_data(req),
			    struct session_close_in_child_state) == NULL) {
		return session_close_here_recv(req, mem_ctx, opens);
	}
	if (opens != NULL) {
		*opens = NULL;
	}
	return tevent_req_simple_recv_ntstatus(req);
}
