/* SPDX-License-Identifier: GPL-3.0-or-later */
/* List sessions of a cluster: in a child that sends them all. */

#include "session_list_in_child.h"

#include "source/session/child/call_child.h"

#include "message_addresses.h"

/* A request says which fields to fill, and has the client's addresses. */
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
	message_put_string(message, row->client_type);
	message_put_string(message, row->transport);
	message_put_u32(message, row->guest);
	message_put_u32(message, row->seconds);
	message_put_u32(message, row->idle);
	message_put_u32(message, row->opens);
}

/* In the child */

static NTSTATUS serve_list(struct child_link *link,
			   struct message *request,
			   void *private_data)
{
	struct session_work *work = private_data;
	struct session_fields fields = {.opens = message_get_u32(request)};
	struct client_addresses addresses;
	struct session_list list = {.rows = NULL};
	struct message *summary = NULL;
	TALLOC_CTX *frame = talloc_new(NULL);
	NTSTATUS status = NT_STATUS_NO_MEMORY;

	fields.idle = message_get_u32(request);
	work->query.client.resolved =
		message_get_addresses(request, &addresses);
	if (frame != NULL) {
		status = session_list_make(frame,
					   work->table,
					   &work->query,
					   &work->scope,
					   fields,
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

static bool receive_row(struct session_list *list, struct message *message)
{
	struct session_row *row = NULL;

	if (list->num == talloc_array_length(list->rows)) {
		struct session_row *rows = talloc_realloc(list,
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
	row->client_type =
		talloc_strdup(list->rows, message_get_string(message));
	row->transport = talloc_strdup(list->rows, message_get_string(message));
	row->guest = message_get_u32(message);
	row->seconds = message_get_u32(message);
	row->idle = message_get_u32(message);
	row->opens = message_get_u32(message);
	list->num += 1;
	return row->client != NULL && row->user != NULL &&
	       row->client_type != NULL && row->transport != NULL;
}

static bool receive_listed(uint32_t type,
			   struct message *message,
			   void *private_data)
{
	struct session_list *list = private_data;

	if (type == LIST_SUMMARY) {
		list->other_clients = message_get_u32(message);
		list->client_seen = message_get_u32(message);
		return true;
	}
	return receive_row(list, message);
}

struct tevent_req *session_list_in_child_send(TALLOC_CTX *mem_ctx,
					      struct tevent_context *ev,
					      struct session_work *work,
					      struct session_fields fields,
					      struct timeval limit,
					      struct session_list *list)
{
	struct message request =
		message_begin(call_child_buffer(work->child), LIST_REQUEST);

	message_put_u32(&request, fields.opens);
	message_put_u32(&request, fields.idle);
	message_put_addresses(&request, work->query.client.resolved);
	return call_child_request_send(mem_ctx,
				       ev,
				       work->child,
				       &request,
				       limit,
				       receive_listed,
				       list);
}

NTSTATUS session_list_in_child_recv(struct tevent_req *req)
{
	return call_child_request_recv(req);
}
