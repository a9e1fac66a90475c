/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Close sessions of a cluster: in a child that sends their fates. */

#include "session_close_in_child.h"

#include "lib/util/tevent_ntstatus.h"
#include "source3/include/messages.h"

#include "source/session/child/call_child.h"
#include "source/session/child/message_target.h"

#include "session_closer.h"
#include "target_fates.h"

/*
 * A request has the limit in microseconds, whether durable opens end, whether
 * the last resort may be tried, and the fates that the targets have by now,
 * four in a byte. The targets are known to both, in the same order. A message
 * has what has become of some of them, or a session that is no target and that
 * the last resort is about to end. After such sessions the child waits until
 * the worker has recorded them.
 */
enum {
	CLOSE_REQUEST = 3,
	CLOSE_FATES = CHILD_MESSAGES + 200,
	CLOSE_ENDING,
	CLOSE_WAITS,
};

/* Microseconds that the child has to be ready before its time is up. */
#define HEADSTART 100000

/* In the child */

struct serve_close_state {
	struct child_link *link;
	const struct session_targets *targets;
	/* as last sent */
	uint8_t *fates;
};

static void send_fates(void *private_data)
{
	const struct serve_close_state *state = private_data;

	while (target_fates_put_changes(child_link_begin(state->link,
							 CLOSE_FATES),
					state->targets,
					state->fates)) {
		child_link_send(state->link);
	}
}

static void send_ending(const struct session_targets *targets,
			void *private_data)
{
	const struct serve_close_state *state = private_data;

	for (size_t i = 0; i < targets->num; i++) {
		message_put_target(child_link_begin(state->link, CLOSE_ENDING),
				   &targets->list[i]);
		child_link_send(state->link);
	}
	(void)child_link_begin(state->link, CLOSE_WAITS);
	child_link_send(state->link);
	child_link_wait(state->link);
}

static NTSTATUS close_here(TALLOC_CTX *mem_ctx,
			   const struct session_work *work,
			   const struct session_close_options *options)
{
	struct messaging_context *msg_ctx =
		session_table_messaging(work->table);
	struct tevent_context *ev = messaging_tevent_context(msg_ctx);
	struct tevent_req *req = session_close_local_send(mem_ctx,
							  ev,
							  work->closer,
							  work->targets,
							  options);
	NTSTATUS status = NT_STATUS_NO_MEMORY;

	if (req == NULL) {
		return status;
	}
	if (tevent_req_is_in_progress(req) &&
	    !tevent_req_poll_ntstatus(req, ev, &status)) {
		return status;
	}
	return session_close_local_recv(req, NULL, NULL);
}

static NTSTATUS serve_close(struct child_link *link,
			    struct message *request,
			    void *private_data)
{
	struct session_work *work = private_data;
	struct serve_close_state *state =
		talloc_zero(NULL, struct serve_close_state);
	const uint64_t usec = message_get_u64(request);
	struct session_close_options options = {
		.limit = {.tv_sec = (time_t)(usec / 1000000),
			  .tv_usec = (suseconds_t)(usec % 1000000)},
		.end_durable = message_get_u32(request),
		.ending = send_ending,
		.progress = send_fates,
		.private_data = state,
	};
	const bool last_resort = message_get_u32(request);
	NTSTATUS unnoted = NT_STATUS_OK;
	NTSTATUS status;

	if (last_resort) {
		options.query = &work->query;
		options.scope = &work->scope;
	}
	target_fates_get(request, work->targets);
	if (request->bad) {
		return NT_STATUS_INTERNAL_ERROR;
	}
	if (state == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	state->link = link;
	state->targets = work->targets;
	state->fates = talloc_array(state, uint8_t, work->targets->num);
	if (state->fates == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	for (size_t i = 0; i < work->targets->num; i++) {
		state->fates[i] = work->targets->list[i].fate;
	}
	if (options.end_durable) {
		/* sessions are closed all the same, as when nothing is noted */
		unnoted = session_closer_open_durable(work->closer);
		options.end_durable = NT_STATUS_IS_OK(unnoted);
	}
	status = close_here(state, work, &options);
	talloc_free(state);
	return NT_STATUS_IS_OK(status) ? unnoted : status;
}

const struct child_service session_close_service = {
	.request = CLOSE_REQUEST,
	.serve = serve_close,
};

/* In the worker */

struct close_receiver {
	struct call_child *child;
	struct session_targets *targets;
	void (*ending)(const struct session_targets *targets,
		       void *private_data);
	void *private_data;
};

static void receive_ending(const struct close_receiver *receiver,
			   struct message *message)
{
	struct session_target target = message_get_target(message);
	const struct session_targets ending = {.list = &target, .num = 1};

	if (!message->bad && receiver->ending != NULL) {
		receiver->ending(&ending, receiver->private_data);
	}
}

static bool receive_close(uint32_t type,
			  struct message *message,
			  void *private_data)
{
	const struct close_receiver *receiver = private_data;

	switch (type) {
	case CLOSE_FATES:
		target_fates_get_changes(message, receiver->targets);
		break;
	case CLOSE_ENDING:
		receive_ending(receiver, message);
		break;
	case CLOSE_WAITS:
		message->bad |= !call_child_resume(receiver->child);
		break;
	default:
		message->bad = true;
		break;
	}
	return true;
}

static uint64_t with_headstart(const struct timeval *limit)
{
	const uint64_t usec = limit->tv_sec * 1000000ULL + limit->tv_usec;

	return usec - MIN(usec / 2, HEADSTART);
}

struct tevent_req *session_close_in_child_send(
	TALLOC_CTX *mem_ctx,
	struct tevent_context *ev,
	struct session_work *work,
	struct session_targets *targets,
	const struct session_close_options *options)
{
	struct message request =
		message_begin(call_child_buffer(work->child), CLOSE_REQUEST);
	struct close_receiver *receiver =
		talloc(mem_ctx, struct close_receiver);

	if (receiver == NULL) {
		return NULL;
	}
	*receiver = (struct close_receiver){
		.child = work->child,
		.targets = targets,
		.ending = options->ending,
		.private_data = options->private_data,
	};
	work->targets = targets;
	message_put_u64(&request, with_headstart(&options->limit));
	message_put_u32(&request, options->end_durable);
	message_put_u32(&request, options->query != NULL);
	target_fates_put(&request, targets);
	return call_child_request_send(mem_ctx,
				       ev,
				       work->child,
				       &request,
				       options->limit,
				       receive_close,
				       receiver);
}

NTSTATUS session_close_in_child_recv(struct tevent_req *req)
{
	NTSTATUS status = call_child_request_recv(req);

	/* one that did not come to an end may have closed more than it said */
	return NT_STATUS_EQUAL(status, NT_STATUS_INTERNAL_ERROR)
		       ? NT_STATUS_IO_TIMEOUT
		       : status;
}
