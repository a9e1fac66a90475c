/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The child process of one call: on a cluster, some functions block for long.
 */

#include "call_child.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/messaging/messages_dgm.h"
#include "lib/util/debug.h"
#include "lib/util/sys_rw_data.h"
#include "lib/util/tevent_ntstatus.h"
#include "libcli/util/error.h"
#include "source3/include/messages.h"

#include "source/common/samba_cluster.h"

#include "child.h"

/* Milliseconds in which a process that was killed is dead. */
#define DEATH_MAX 100

/* The message that ends a request, with its result. */
#define CHILD_RESULT UINT32_MAX
/* The message that ends child_link_wait(). */
#define CHILD_RESUME (UINT32_MAX - 1)

struct call_child {
	struct messaging_context *msg_ctx;
	const struct child_service *const *services;
	void *private_data;
	pid_t worker;
	struct child process;
	/* what is sent, and what was received of the next message */
	uint8_t sent[MESSAGE_MAX];
	uint8_t received[MESSAGE_MAX];
	size_t num_received;
};

/* The child's end. */
struct child_link {
	int fd;
	struct messaging_context *msg_ctx;
	struct message message;
	uint8_t sent[MESSAGE_MAX];
	uint8_t received[MESSAGE_MAX];
};

bool call_child_needed(void)
{
	return lp_clustering();
}

/* In the child */

struct message *child_link_begin(struct child_link *link, uint32_t type)
{
	link->message = message_begin(link->sent, type);
	return &link->message;
}

void child_link_send(struct child_link *link)
{
	const struct message *message = &link->message;

	if (!message_finish(&link->message) ||
	    write_data(link->fd, message->data, message->length) !=
		    (ssize_t)message->length) {
		_exit(1);
	}
}

struct messaging_context *child_link_messaging(struct child_link *link)
{
	return link->msg_ctx;
}

static size_t read_request(struct child_link *link)
{
	uint8_t *buffer = link->received;
	size_t len;

	if (read_data(link->fd, buffer, MESSAGE_HEADER) != MESSAGE_HEADER ||
	    !message_length(buffer, MESSAGE_HEADER, &len) ||
	    read_data(link->fd,
		      buffer + MESSAGE_HEADER,
		      len - MESSAGE_HEADER) !=
		    (ssize_t)(len - MESSAGE_HEADER)) {
		/* the call is over; this removes the socket for messages */
		talloc_free(link->msg_ctx);
		_exit(0);
	}
	return len;
}

void child_link_wait(struct child_link *link)
{
	(void)read_request(link);
}

static NTSTATUS serve_request(const struct call_child *child,
			      struct child_link *link,
			      uint32_t type,
			      struct message *request)
{
	const struct child_service *const *service = child->services;

	while (*service != NULL && (*service)->request != type) {
		service++;
	}
	if (*service == NULL) {
		return NT_STATUS_NOT_IMPLEMENTED;
	}
	return (*service)->serve(link, request, child->private_data);
}

/* Connections to CTDB cannot be shared with the worker. */
static void run_child(const struct call_child *child, int fd)
{
	struct messaging_context *msg_ctx = child->msg_ctx;
	struct child_link *link = talloc(NULL, struct child_link);

	child_leave_worker(child->worker, fd);
	if (link == NULL ||
	    !NT_STATUS_IS_OK(
		    reinit_after_fork(msg_ctx,
				      messaging_tevent_context(msg_ctx),
				      true,
				      NULL))) {
		_exit(1);
	}
	link->fd = fd;
	link->msg_ctx = msg_ctx;
	while (true) {
		const size_t len = read_request(link);
		uint32_t type;
		struct message request =
			message_received(link->received, len, &type);
		const NTSTATUS status =
			serve_request(child, link, type, &request);

		message_put_u32(child_link_begin(link, CHILD_RESULT),
				NT_STATUS_V(status));
		child_link_send(link);
	}
}

/* In the worker */

static int fork_and_run(int link, void *private_data, pid_t *pid)
{
	const struct call_child *child = private_data;

	*pid = fork();
	if (*pid == -1) {
		return errno;
	}
	if (*pid == 0) {
		run_child(child, link);
	}
	return 0;
}

/* One that is killed cannot remove its socket for messages itself. */
static void end_child(struct call_child *child)
{
	struct pollfd death = {.fd = child->process.process, .events = POLLIN};

	if (child->process.process == -1) {
		return;
	}
	child_kill(&child->process);
	(void)poll(&death, 1, DEATH_MAX);
	(void)messaging_dgm_cleanup(child->process.pid);
	child_end(&child->process);
	child->num_received = 0;
}

static int call_child_destructor(struct call_child *child)
{
	end_child(child);
	return 0;
}

struct call_child *call_child_create(
	TALLOC_CTX *mem_ctx,
	struct messaging_context *msg_ctx,
	const struct child_service *const *services,
	void *private_data)
{
	struct call_child *child = talloc(mem_ctx, struct call_child);

	if (child == NULL) {
		return NULL;
	}
	child->msg_ctx = msg_ctx;
	child->services = services;
	child->private_data = private_data;
	child->worker = getpid();
	child->process = (struct child){.process = -1, .link = -1};
	child->num_received = 0;
	talloc_set_destructor(child, call_child_destructor);
	return child;
}

uint8_t *call_child_buffer(struct call_child *child)
{
	return child->sent;
}

struct call_child_request_state {
	struct call_child *child;
	struct tevent_fd *readable;
	bool (*receive)(uint32_t type,
			struct message *message,
			void *private_data);
	void *private_data;
	bool ended;
};

static void call_child_request_cleanup(struct tevent_req *req,
				       enum tevent_req_state req_state)
{
	struct call_child_request_state *state =
		tevent_req_data(req, struct call_child_request_state);

	(void)req_state;
	TALLOC_FREE(state->readable);
	if (!state->ended) {
		end_child(state->child);
	}
}

/* NT_STATUS_MORE_PROCESSING_REQUIRED: it was not the last one. */
static NTSTATUS receive_message(struct call_child_request_state *state,
				uint8_t *data,
				size_t len)
{
	uint32_t type;
	struct message message = message_received(data, len, &type);

	if (type == CHILD_RESULT) {
		const NTSTATUS status = NT_STATUS(message_get_u32(&message));

		state->ended = !message.bad;
		return message.bad ? NT_STATUS_INTERNAL_ERROR : status;
	}
	if (state->receive != NULL &&
	    !state->receive(type, &message, state->private_data)) {
		return NT_STATUS_NO_MEMORY;
	}
	return message.bad ? NT_STATUS_INTERNAL_ERROR
			   : NT_STATUS_MORE_PROCESSING_REQUIRED;
}

/* All whole messages that are there. */
static NTSTATUS receive_messages(struct call_child_request_state *state)
{
	struct call_child *child = state->child;
	NTSTATUS status = NT_STATUS_MORE_PROCESSING_REQUIRED;
	size_t at = 0;

	while (NT_STATUS_EQUAL(status, NT_STATUS_MORE_PROCESSING_REQUIRED)) {
		const size_t got = child->num_received - at;
		size_t len;

		if (!message_length(child->received + at, got, &len)) {
			return NT_STATUS_INTERNAL_ERROR;
		}
		if (len == 0 || len > got) {
			break;
		}
		status = receive_message(state, child->received + at, len);
		at += len;
	}
	child->num_received -= at;
	memmove(child->received, child->received + at, child->num_received);
	return status;
}

static void call_child_readable(struct tevent_context *ev,
				struct tevent_fd *fde,
				uint16_t flags,
				void *private_data)
{
	struct tevent_req *req =
		talloc_get_type_abort(private_data, struct tevent_req);
	struct call_child_request_state *state =
		tevent_req_data(req, struct call_child_request_state);
	struct call_child *child = state->child;
	ssize_t got = read(child->process.link,
			   child->received + child->num_received,
			   MESSAGE_MAX - child->num_received);
	NTSTATUS status;

	(void)ev;
	(void)fde;
	(void)flags;

	if (got == -1) {
		/* EINTR, EAGAIN: there will be another event */
		return;
	}
	if (got == 0) {
		tevent_req_nterror(req, NT_STATUS_INTERNAL_ERROR);
		return;
	}
	child->num_received += got;
	status = receive_messages(state);
	if (NT_STATUS_EQUAL(status, NT_STATUS_MORE_PROCESSING_REQUIRED)) {
		return;
	}
	if (!tevent_req_nterror(req, status)) {
		tevent_req_done(req);
	}
}

static NTSTATUS start_child(struct call_child *child)
{
	int err;

	if (child->process.process != -1) {
		return NT_STATUS_OK;
	}
	err = child_start(&child->process, fork_and_run, child);
	if (err != 0) {
		DBG_ERR("cannot start a child process: %s\n", strerror(err));
		child_end(&child->process);
		return map_nt_error_from_unix_common(err);
	}
	return NT_STATUS_OK;
}

/* The child reads it before it does anything else. */
static bool send_message(const struct call_child *child,
			 struct message *message)
{
	return message_finish(message) &&
	       send(child->process.link,
		    message->data,
		    message->length,
		    MSG_NOSIGNAL) == (ssize_t)message->length;
}

bool call_child_resume(struct call_child *child)
{
	struct message message = message_begin(child->sent, CHILD_RESUME);

	return send_message(child, &message);
}

static NTSTATUS send_request(struct call_child *child, struct message *message)
{
	NTSTATUS status = start_child(child);

	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	return send_message(child, message) ? NT_STATUS_OK
					    : NT_STATUS_INTERNAL_ERROR;
}

struct tevent_req *call_child_request_send(
	TALLOC_CTX *mem_ctx,
	struct tevent_context *ev,
	struct call_child *child,
	struct message *message,
	struct timeval limit,
	bool (*receive)(uint32_t type,
			struct message *message,
			void *private_data),
	void *private_data)
{
	struct tevent_req *req = NULL;
	struct call_child_request_state *state = NULL;

	req = tevent_req_create(mem_ctx,
				&state,
				struct call_child_request_state);
	if (req == NULL) {
		return NULL;
	}
	state->child = child;
	state->receive = receive;
	state->private_data = private_data;
	tevent_req_set_cleanup_fn(req, call_child_request_cleanup);
	if (tevent_req_nterror(req, send_request(child, message))) {
		return tevent_req_post(req, ev);
	}
	state->readable = tevent_add_fd(ev,
					state,
					child->process.link,
					TEVENT_FD_READ,
					call_child_readable,
					req);
	if (tevent_req_nomem(state->readable, req)) {
		return tevent_req_post(req, ev);
	}
	if (!tevent_req_set_endtime(
		    req,
		    ev,
		    tevent_timeval_current_ofs(limit.tv_sec, limit.tv_usec))) {
		return tevent_req_post(req, ev);
	}
	return req;
}

NTSTATUS call_child_request_recv(struct tevent_req *req)
{
	return tevent_req_simple_recv_ntstatus(req);
}
