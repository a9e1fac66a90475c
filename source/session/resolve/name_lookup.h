/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Resolve computer names in Samba's order, within a time limit. */

#ifndef SESSIONDEL_NAME_LOOKUP_H
#define SESSIONDEL_NAME_LOOKUP_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "source/common/client_address.h"

/**
 * Resolve a computer name (docs/spec.md#which-sessions-match): ask the sources
 * of smb.conf's "name resolve order" (lmhosts, wins, host, bcast) one after the
 * other until one of them knows an address. Samba's name cache is not used: an
 * address in it may now belong to another computer, and its sessions would be
 * closed.
 *
 * @param[in] mem_ctx  Owns the request.
 * @param[in] ev       Where to wait.
 * @param[in] name     The name, must outlive the request.
 * @param[in] sure_only  Ask only the hosts file, DNS and WINS: not lmhosts, and
 *                       nobody by broadcast, which anybody can answer.
 * @param[in] limit    Seconds that all of it may take.
 *
 * @return The request, NULL if out of memory.
 */
struct tevent_req *name_lookup_send(TALLOC_CTX *mem_ctx,
				    struct tevent_context *ev,
				    const char *name,
				    bool sure_only,
				    unsigned limit);

/**
 * @param[out] addresses  The addresses; an unknown name has none.
 *
 * @return NT_STATUS_IO_TIMEOUT if the time limit was reached;
 *         NT_STATUS_NO_MEMORY; or the error of host_lookup_recv().
 */
NTSTATUS name_lookup_recv(struct tevent_req *req,
			  struct client_addresses *addresses);

#endif
