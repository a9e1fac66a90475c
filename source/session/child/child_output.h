/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Read what a child process writes, without blocking. */

#ifndef SESSIONDEL_CHILD_OUTPUT_H
#define SESSIONDEL_CHILD_OUTPUT_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "lib/util/data_blob.h"
#include "libcli/util/ntstatus.h"

#include "child.h"

/**
 * Read until the child closes its end of the pipe, or up to a limit.
 *
 * @param[in] mem_ctx  Owns the request, which must be freed before child_end().
 * @param[in] ev       Where to wait.
 * @param[in] child    One that was started.
 * @param[in] most     The limit in bytes.
 *
 * @return The request, NULL if out of memory.
 */
struct tevent_req *child_output_send(TALLOC_CTX *mem_ctx,
				     struct tevent_context *ev,
				     const struct child *child,
				     size_t most);

/**
 * @param[in]  req      The request.
 * @param[in]  mem_ctx  Owns the output.
 * @param[out] told     All output so far, also after an error.
 *
 * @return NT_STATUS_NO_MEMORY; NT_STATUS_IO_TIMEOUT if an end time was set for
 *         the request and has passed.
 */
NTSTATUS child_output_recv(struct tevent_req *req,
			   TALLOC_CTX *mem_ctx,
			   DATA_BLOB *told);

#endif
