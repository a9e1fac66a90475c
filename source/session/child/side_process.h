/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work in a child process, because on a cluster it may block for long. */

#ifndef SESSIONDEL_SIDE_PROCESS_H
#define SESSIONDEL_SIDE_PROCESS_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "libcli/util/ntstatus.h"

struct messaging_context;

/**
 * Is a child process needed? On a cluster, Samba asks CTDB synchronously and
 * waits without a limit, which a worker must not do.
 */
bool side_process_needed(void);

/* Send data from work() to the worker. Returns false if it does not read. */
bool side_process_tell(int output, const void *data, size_t len);

/**
 * Fork, call work() in the child, and wait for the data that it sends.
 *
 * @param[in] mem_ctx       Owns the request. Freeing that kills the child.
 * @param[in] ev            Where to wait.
 * @param[in] msg_ctx       The worker's. The child reconnects it, with its
 *                          event context.
 * @param[in] limit         How long the child may work.
 * @param[in] work          Called in the child; sends data with
 *                          side_process_tell().
 * @param[in] private_data  For work(), with the contents at the fork.
 *
 * @return The request, NULL if out of memory.
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
 * @param[in]  mem_ctx  Owns the data.
 * @param[out] told     All data that was sent, also after an error.
 *
 * @return NT_STATUS_OK if the child has ended, even by a crash;
 *         NT_STATUS_IO_TIMEOUT if it was killed at its limit;
 *         NT_STATUS_NO_MEMORY; or why there was no child.
 */
NTSTATUS side_process_recv(struct tevent_req *req,
			   TALLOC_CTX *mem_ctx,
			   DATA_BLOB *told);

#endif
