/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The child process of one call: on a cluster, some functions block for long.
 */

#ifndef SESSIONDEL_CALL_CHILD_H
#define SESSIONDEL_CALL_CHILD_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "libcli/util/ntstatus.h"

#include "message.h"

struct call_child;
struct child_link;
struct messaging_context;

/* What a child does for a request of one type. */
struct child_service {
	uint32_t request;
	/*
	 * Runs in the child. It may send messages of its own, and what it
	 * returns is the result of the request.
	 */
	NTSTATUS(*serve)
	(struct child_link *link, struct message *request, void *private_data);
};

/* The types of messages that belong to no service are from here on. */
#define CHILD_MESSAGES 1000

/**
 * Does Samba run on a cluster? It asks CTDB synchronously and waits without a
 * bound, which the worker must not do.
 */
bool call_child_needed(void);

/**
 * Prepare a child. It is started by its first request, and killed when this is
 * freed.
 *
 * @param[in] mem_ctx   Owns the child.
 * @param[in] msg_ctx   The worker's; the child has a connection of its own to
 *                      all that it leads to.
 * @param[in] services  Ends with NULL; must outlive it.
 * @param[in] private_data  For all services. The child gets a copy as it
 * starts.
 *
 * @return NULL without memory.
 */
struct call_child *call_child_create(
	TALLOC_CTX *mem_ctx,
	struct messaging_context *msg_ctx,
	const struct child_service *const *services,
	void *private_data);

/**
 * A buffer for the next request.
 */
uint8_t *call_child_buffer(struct call_child *child);

/**
 * Send a request, and wait for its result. One at a time.
 *
 * @param[in] mem_ctx  Owns the request.
 * @param[in] ev       Where to wait.
 * @param[in] message  The request, which is finished here.
 * @param[in] limit    How long it may take. Then the child is killed, and the
 *                     next request starts another.
 * @param[in] receive  Gets each message that comes before the result. False
 *                     without memory. May be NULL.
 *
 * @return The request, NULL without memory.
 */
struct tevent_req *call_child_request_send(
	TALLOC_CTX *mem_ctx,
	struct tevent_context *ev,
	struct call_child *child,
	struct message *message,
	struct timeval limit,
	bool (*receive)(uint32_t type,
			struct message *message,
			void *private_data),
	void *private_data);

/**
 * @return What the service returned; NT_STATUS_IO_TIMEOUT: the time was up;
 *         NT_STATUS_INTERNAL_ERROR: the child failed; NT_STATUS_NO_MEMORY; or
 *         why there was no child.
 */
NTSTATUS call_child_request_recv(struct tevent_req *req);

/**
 * Let the child return from child_link_wait().
 *
 * @return false if it cannot be reached.
 */
bool call_child_resume(struct call_child *child);

/**
 * Begin a message of a service to the worker, in the child.
 *
 * @return The message, to be put into and sent before the next is begun.
 */
struct message *child_link_begin(struct child_link *link, uint32_t type);

/**
 * Send it. The child ends where nobody listens any more.
 */
void child_link_send(struct child_link *link);

/**
 * Wait, in the child, until the worker calls call_child_resume(). What the
 * request points to is gone then.
 */
void child_link_wait(struct child_link *link);

/**
 * The child's messaging context.
 */
struct messaging_context *child_link_messaging(struct child_link *link);

#endif
