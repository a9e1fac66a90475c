/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work in a process of its own, for what on a cluster may block for long. */

#ifndef SESSIONDEL_SIDE_PROCESS_H
#define SESSIONDEL_SIDE_PROCESS_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "libcli/util/ntstatus.h"

struct messaging_context;

/**
 * Is there need of one? Samba asks CTDB synchronously and waits without a
 * bound, which a worker must not do.
 */
bool side_process_needed(void);

/* How the work tells what it has found so far. False: nobody listens. */
bool side_process_tell(int output, const void *data, size_t len);

/**
 * Fork, do some work in the child, and wait for what it tells.
 *
 * @param[in] mem_ctx  Owns the request; the child is killed with it.
 * @param[in] ev       Where to wait.
 * @param[in] msg_ctx  The worker's; the child has a connection of its own to
 *                     all that it leads to, on the event context of it.
 * @param[in] limit    How long the child may work.
 * @param[in] work     Called in the child, tells by side_process_tell(output).
 * @param[in] private_data  For work(), as it is at the fork.
 *
 * @return The request, NULL without memory.
 */
struct tevent_req *side_process_send(TALLOC_CTX *mem_ctx,
				     struct tevent_context *ev,
				     struct messaging_context *msg_ctx,
				     struct timeval limit,
				     void (*work)(int output,
						  void *private_data),
				     void *private_data);

/**
 * @param[in]  req      The request.
 * @param[in]  mem_ctx  Owns what was told.
 * @param[out] told     All that was told until the end, whatever the result.
 *
 * @return NT_STATUS_OK: the child has ended, by itself or by a fault;
 *         NT_STATUS_IO_TIMEOUT: it was killed when the time was up;
 *         NT_STATUS_NO_MEMORY; or why there was no child.
 */
NTSTATUS side_process_recv(struct tevent_req *req,
			   TALLOC_CTX *mem_ctx,
			   DATA_BLOB *told);

#endif
