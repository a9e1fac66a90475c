/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All that a child process tells through its pipe, read without a wait. */

#ifndef SESSIONDEL_CHILD_OUTPUT_H
#define SESSIONDEL_CHILD_OUTPUT_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "lib/util/data_blob.h"
#include "libcli/util/ntstatus.h"

#include "child.h"

/**
 * Read until the child has ended, or has told so much.
 *
 * @param[in] mem_ctx  Owns the request, which must be freed before child_end().
 * @param[in] ev       Where to wait.
 * @param[in] child    One that was started.
 * @param[in] most     Bytes; what follows them is not read.
 *
 * @return The request, NULL without memory.
 */
struct tevent_req *child_output_send(TALLOC_CTX *mem_ctx,
				     struct tevent_context *ev,
				     const struct child *child,
				     size_t most);

/**
 * @param[in]  req      The request.
 * @param[in]  mem_ctx  Owns what was told.
 * @param[out] told     All that was told until now, whatever the result.
 *
 * @return NT_STATUS_OK; NT_STATUS_NO_MEMORY; NT_STATUS_IO_TIMEOUT where the
 *         request had a time to end at.
 */
NTSTATUS child_output_recv(struct tevent_req *req,
			   TALLOC_CTX *mem_ctx,
			   DATA_BLOB *told);

#endif
