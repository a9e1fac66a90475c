/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Host names: the addresses that the system's resolver gives, without a wait.
 */

#ifndef SESSIONDEL_HOST_LOOKUP_H
#define SESSIONDEL_HOST_LOOKUP_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "source/session/match/client_address.h"

/**
 * Look a name up as nsswitch.conf tells (hosts file, DNS, ...), in a process
 * of its own: getent(1).
 *
 * Not in a thread: the resolver loads modules into its process, libnss_wins
 * among them, which is Samba code that is not made for threads; and a thread
 * that hangs in it cannot be ended. The process is killed with the request, at
 * the latest; should the worker be killed, it ends by itself.
 *
 * @param[in] mem_ctx  Owns the request.
 * @param[in] ev       Where to wait.
 * @param[in] name     The name, not needed any more afterwards.
 *
 * @return The request, NULL without memory.
 */
struct tevent_req *host_lookup_send(TALLOC_CTX *mem_ctx,
				    struct tevent_context *ev,
				    const char *name);

/**
 * @param[out] addresses  Gets what was found added, perhaps nothing.
 *
 * @return NT_STATUS_OK, NT_STATUS_NO_MEMORY, or why nobody could be asked.
 */
NTSTATUS host_lookup_recv(struct tevent_req *req,
			  struct client_addresses *addresses);

/**
 * Read the addresses out of what "getent ahosts" prints: a line for each way
 * to reach each, which starts with it. What has no newline behind it is no
 * line: half an address could be another one.
 *
 * @param[in]     text       NUL-terminated.
 * @param[in,out] addresses  Gets them added.
 */
void host_lookup_parse(const char *text, struct client_addresses *addresses);

#endif
