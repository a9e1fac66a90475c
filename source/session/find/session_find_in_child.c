/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Find sessions of a cluster: in a child that sends what it finds. */

#include "session_find_in_child.h"

#include "source/session/child/call_child.h"
#include "source/session/child/message_target.h"

#include "message_addresses.h"
#include "session_find_local.h"

/*
 * A request has the addresses that the client's name was resolved to. Each
 * target is sent when it is found, in case the walk does not end.
 */
enum {
	FIND_REQUEST = 1,
	FIND_TARGET = CHILD_MESSAGES,
	FIND_SUMMARY,
};

/* In the child */

static void send_target(const struct session_target *target, void *private_data)
{
	struct child_link *link = private_data;

	message_put_target(child_link_begin(link, FIND_TARGET), target);
	child_link_send(link);
}

static NTSTATUS serve_find(struct child_link *link,
			   struct message *request,
			   void *private_data)
{
	struct session_work *work = private_data;
	struct session_targets *targets =
		talloc_zero(NULL, struct session_targets);
	struct client_addresses *addresses =
		talloc(targets, struct client_addresses);
	struct message *summary = NULL;
	NTSTATUS status;

	if (targets == NULL || addresses == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	/* for the last resort as well */
	work->query.client.resolved = message_get_addresses(request, addresses);
	work->scope.found = send_target;
	work->scope.private_data = link;
	work->targets = targets;
	status = session_targets_find(targets,
				      work->table,
				      &work->query,
				      &work->scope,
				      targets);
	summary = child_link_begin(link, FIND_SUMMARY);
	message_put_u32(summary, targets->other_clients);
	message_put_u32(summary, targets->caller_known);
	child_link_send(link);
	return status;
}

const struct child_service session_find_service = {
	.request = FIND_REQUEST,
	.serve = serve_find,
};

/* In the worker */

static bool receive_found(uint32_t type,
			  struct message *message,
			  void *private_data)
{
	struct session_targets *targets = private_data;
	struct session_target target;

	if (type == FIND_SUMMARY) {
		targets->other_clients = message_get_u32(message);
		targets->caller_known = message_get_u32(message);
		return true;
	}
	target = message_get_target(message);
	return session_targets_add(targets, targets, &target);
}

struct tevent_req *session_find_in_child_send(TALLOC_CTX *mem_ctx,
					      struct tevent_context *ev,
					      struct session_work *work,
					      struct timeval limit,
					      struct session_targets *targets)
{
	struct message request =
		message_begin(call_child_buffer(work->child), FIND_REQUEST);

	message_put_addresses(&request, work->query.client.resolved);
	return call_child_request_send(mem_ctx,
				       ev,
				       work->child,
				       &request,
				       limit,
				       receive_found,
				       targets);
}

NTSTATUS session_find_in_child_recv(struct tevent_req *req,
				    struct session_targets *targets)
{
	session_targets_complete(targets);
	return call_child_request_recv(req);
}
