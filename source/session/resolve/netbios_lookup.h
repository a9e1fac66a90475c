/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Look up NetBIOS names in lmhosts, in WINS or by broadcast. */

#ifndef SESSIONDEL_NETBIOS_LOOKUP_H
#define SESSIONDEL_NETBIOS_LOOKUP_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "source/common/client_address.h"

/**
 * Can this be a NetBIOS name?
 */
bool netbios_name_fits(const char *name);

/**
 * Can this name be looked up by broadcast? That needs an IPv4 interface other
 * than loopback: without one, Samba's resolver reads an address that is not
 * there.
 */
bool netbios_broadcast_fits(const char *name);

/**
 * Can this name be looked up in WINS? That needs a WINS server in smb.conf.
 */
bool netbios_wins_fits(const char *name);

/**
 * Look up a name in lmhosts, in WINS or by broadcast, with Samba's own code.
 * The name type is 0x20: computers have it, workgroups do not.
 *
 * WINS is asked in a child process, because a WINS server may be given by a
 * host name, and Samba waits for its address.
 *
 * @param[in] mem_ctx  Owns the request.
 * @param[in] ev       Where to wait.
 * @param[in] name     One that fits, see above; must outlive the request.
 *
 * @return The request, NULL if out of memory.
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
 * @param[in,out] addresses  What was found is added; an unknown name has none.
 *
 * @return NT_STATUS_NO_MEMORY, or why the child could not be started. Samba's
 *         other errors are ignored: it has several of them for an unknown name.
 */
NTSTATUS lmhosts_lookup_recv(struct tevent_req *req,
			     struct client_addresses *addresses);
NTSTATUS wins_lookup_recv(struct tevent_req *req,
			  struct client_addresses *addresses);
NTSTATUS broadcast_lookup_recv(struct tevent_req *req,
			       struct client_addresses *addresses);

#endif
