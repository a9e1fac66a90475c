/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ping smbds on other nodes, to see whether they received earlier messages. */

#ifndef SESSIONDEL_SMBD_PING_H
#define SESSIONDEL_SMBD_PING_H

#include "source/common/samba_types.h"
#include <talloc.h>

#include "librpc/gen_ndr/server_id.h"

struct smbd_pings;
struct messaging_context;

/**
 * Start to listen for answers.
 *
 * @param[in] mem_ctx  Owns the pings.
 * @param[in] msg_ctx  Answers arrive while its main event context runs.
 *
 * @return NULL if out of memory.
 */
struct smbd_pings *smbd_pings_create(TALLOC_CTX *mem_ctx,
				     struct messaging_context *msg_ctx);

/**
 * Ping a process. It receives the ping after all earlier messages.
 *
 * @param[in] pings       From smbd_pings_create().
 * @param[in] owner       The process.
 * @param[in] whole_node  Ping all Samba processes on the owner's node, because
 *                        the owner itself is dead.
 *
 * @return NT_STATUS_NO_MEMORY, or why the ping could not be sent.
 */
NTSTATUS smbd_ping_send(struct smbd_pings *pings,
			const struct server_id *owner,
			bool whole_node);

/* Forget all pings and answers. */
void smbd_pings_forget(struct smbd_pings *pings);

/* What became of the last ping. */
enum smbd_ping_state {
	PING_NOT_SENT,
	PING_SENT,
	PING_SENT_TO_NODE,
	PING_ANSWERED,
};

/**
 * The state of the last ping of a process.
 *
 * @param[out] age  Time since the ping; not set with PING_NOT_SENT. May be
 *                  NULL.
 */
enum smbd_ping_state smbd_ping_get(const struct smbd_pings *pings,
				   const struct server_id *owner,
				   struct timeval *age);

#endif
