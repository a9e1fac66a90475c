/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Look up host names with the system's resolver, without blocking. */

#ifndef SESSIONDEL_HOST_LOOKUP_H
#define SESSIONDEL_HOST_LOOKUP_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "source/common/client_address.h"

/**
 * Look up a name as nsswitch.conf says (hosts file, DNS, ...), in a child
 * process that runs getent(1).
 *
 * @param[in] mem_ctx  Owns the request.
 * @param[in] ev       Where to wait.
 * @param[in] name     The name; not used after this function returns.
 *
 * @return The request, NULL if out of memory.
 */
struct tevent_req *host_lookup_send(TALLOC_CTX *mem_ctx,
				    struct tevent_context *ev,
				    const char *name);

/**
 * @param[in,out] addresses  What was found is added; an unknown name has none.
 *
 * @return NT_STATUS_NO_MEMORY, or why getent could not be started.
 */
NTSTATUS host_lookup_recv(struct tevent_req *req,
			  struct client_addresses *addresses);

#endif
