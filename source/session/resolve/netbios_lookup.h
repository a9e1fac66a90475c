/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NetBIOS names: the addresses that lmhosts, WINS or a broadcast gives. */

#ifndef SESSIONDEL_NETBIOS_LOOKUP_H
#define SESSIONDEL_NETBIOS_LOOKUP_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "source/session/match/client_address.h"

/**
 * Can the name be a NetBIOS name at all?
 */
bool netbios_name_fits(const char *name);

/**
 * Can it be asked for by broadcast? Needs an IPv4 interface beside loopback:
 * without any, Samba's resolver would read an address that is not there.
 */
bool netbios_broadcast_fits(const char *name);

/**
 * Look a name up in lmhosts, in WINS, or by broadcast, each in the way of
 * Samba and with its own code. The name is asked for with the type 0x20: what
 * a computer has and a workgroup has not.
 *
 * @param[in] mem_ctx  Owns the request.
 * @param[in] ev       Where to wait.
 * @param[in] name     One that fits, must outlive the request.
 *
 * @return The request, NULL without memory.
 */
struct tevent_req *lmhosts_lookup_send(TALLOC_CTX *mem_ctx,
				       struct tevent_context *ev,
				       const char *name);
struct tevent_req *wins_lookup_send(TALLOC_CTX *mem_ctx,
				    struct tevent_context *ev,
				    const char *name);
struct tevent_req *broadcast_lookup_send(TALLOC_CTX *mem_ctx,
					 struct tevent_context *ev,
					 const char *name);

/**
 * @param[out] addresses  Gets what was found added, perhaps nothing: Samba
 *                        tells an unknown name by various errors.
 *
 * @return NT_STATUS_OK or NT_STATUS_NO_MEMORY.
 */
NTSTATUS lmhosts_lookup_recv(struct tevent_req *req,
			     struct client_addresses *addresses);
NTSTATUS wins_lookup_recv(struct tevent_req *req,
			  struct client_addresses *addresses);
NTSTATUS broadcast_lookup_recv(struct tevent_req *req,
			       struct client_addresses *addresses);

#endif
