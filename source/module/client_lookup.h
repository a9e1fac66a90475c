/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The addresses of the client that a call names. */

#ifndef SESSIONDEL_CLIENT_LOOKUP_H
#define SESSIONDEL_CLIENT_LOOKUP_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "source/session/match/client_filter.h"

struct sessiondel_module;

/**
 * Can other addresses be meant by the client's name
 * (docs/spec.md#which-sessions-match), and shall it be looked up?
 */
bool client_lookup_wanted(struct sessiondel_module *module,
			  const struct client_filter *client);

/**
 * Look the name up, for as long as sessiondel:resolve timeout says.
 *
 * @param[in]     mem_ctx  Owns the request.
 * @param[in]     ev       Where to wait.
 * @param[in,out] module   The worker's state.
 * @param[in]     client   One that client_lookup_wanted() is true for; must
 *                         outlive the request.
 * @param[in]     sure_only  See name_lookup_send(): a client on port 139 calls
 *                         itself what it likes, so where a session has the
 *                         name on record, its addresses also count, but
 *                         only those that not anybody can claim.
 *
 * @return The request, NULL without memory.
 */
struct tevent_req *client_lookup_send(TALLOC_CTX *mem_ctx,
				      struct tevent_context *ev,
				      struct sessiondel_module *module,
				      const struct client_filter *client,
				      bool sure_only);

/**
 * @param[out] addresses  What the name stands for.
 *
 * @return WERR_OK: there are some; WERR_NERR_CLIENTNAMENOTFOUND: there are
 *         none, or a resolver did not answer in time; or the code for a fault
 *         of the server's.
 */
WERROR client_lookup_recv(struct tevent_req *req,
			  struct client_addresses *addresses);

#endif
