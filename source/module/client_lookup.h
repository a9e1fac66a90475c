/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The addresses of a client's name, looked up when nothing matched the name. */

#ifndef SESSIONDEL_CLIENT_LOOKUP_H
#define SESSIONDEL_CLIENT_LOOKUP_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "source/session/match/client_filter.h"

struct sessiondel_module;

/**
 * May the client's name stand for addresses, and does smb.conf allow a lookup
 * (docs/spec.md#which-sessions-match)?
 */
bool client_lookup_wanted(struct sessiondel_module *module,
			  const struct client_filter *client);

/**
 * Look the name up, for as long as sessiondel:resolve timeout says.
 *
 * @param[in]     mem_ctx  Owns the request.
 * @param[in]     ev       Where to wait.
 * @param[in,out] module   The worker's state.
 * @param[in]     client   client_lookup_wanted() must be true for it. It must
 *                         outlive the request.
 *
 * @return The request; NULL when out of memory.
 */
struct tevent_req *client_lookup_send(TALLOC_CTX *mem_ctx,
				      struct tevent_context *ev,
				      struct sessiondel_module *module,
				      const struct client_filter *client);

/**
 * @param[out] addresses  What the name stands for.
 *
 * @return WERR_OK: there are some; WERR_NERR_CLIENTNAMENOTFOUND: there are
 *         none, or a resolver did not answer in time; otherwise the code for a
 *         server fault.
 */
WERROR client_lookup_recv(struct tevent_req *req,
			  struct client_addresses *addresses);

#endif
