/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pings to smbds, and which of them were answered. */

#ifndef SESSIONDEL_SMBD_PING_H
#define SESSIONDEL_SMBD_PING_H

#include "source/common/samba_types.h"
#include <talloc.h>
#include <tevent.h>

#include "librpc/gen_ndr/server_id.h"

struct messaging_context;
struct smbd_ping;
struct smbd_pings;

/**
 * Be ready to ping. A messaging context has room for one of these only.
 *
 * @param[in] mem_ctx  Owns the pings.
 * @param[in] msg_ctx  Must outlive them.
 *
 * @return NULL without memory.
 */
struct smbd_pings *smbd_pings_create(TALLOC_CTX *mem_ctx,
				     struct messaging_context *msg_ctx);

/**
 * Have a function called soon after each PONG, from an event context's loop.
 *
 * @param[in] mem_ctx  Owns the watch; it ends when it is freed.
 * @param[in] ev       The event context, the messaging context's own or one
 *                     that runs while that one does not.
 *
 * @return The watch, NULL without memory.
 */
struct smbd_ping_watch *smbd_pings_watch(TALLOC_CTX *mem_ctx,
					 struct smbd_pings *pings,
					 struct tevent_context *ev,
					 void (*answered)(void *private_data),
					 void *private_data);

/**
 * The pings of one smbd, to be used while the watch lives.
 *
 * @return NULL without memory.
 */
struct smbd_ping *smbd_ping_get(struct smbd_ping_watch *watch,
				const struct server_id *smbd);

/**
 * Ping an smbd. It answers when it has taken up what it was sent before. Each
 * ping makes smbd log a line at level 1, with "sessiondel" in it.
 *
 * @param[out] number  Of this ping, never 0. Valid only with NT_STATUS_OK.
 *
 * @return NT_STATUS_NO_MEMORY, or why it could not be sent.
 */
NTSTATUS smbd_ping_send(struct smbd_ping *ping, uint64_t *number);

/**
 * Was the ping of that number answered?
 */
bool smbd_ping_answered(const struct smbd_ping *ping, uint64_t number);

/**
 * Ping all of Samba's processes on the node of an smbd that is dead. Each logs
 * a line at level 1.
 *
 * @param[in] just_asked  One whose node was asked a moment ago, or NULL. If it
 *                        is the same node, that is not asked again.
 *
 * @return NT_STATUS_NO_MEMORY, or why it could not be sent.
 */
NTSTATUS smbd_ping_send_to_node(struct smbd_ping *ping,
				const struct smbd_ping *just_asked);

/**
 * Did any process of the node answer since smbd_ping_send_to_node()?
 */
bool smbd_ping_node_answered(const struct smbd_ping *ping);

#endif
