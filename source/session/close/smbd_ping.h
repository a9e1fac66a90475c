/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a smbd of another node has taken up what it was sent before. */

#ifndef SESSIONDEL_SMBD_PING_H
#define SESSIONDEL_SMBD_PING_H

#include "source/common/samba_types.h"
#include <talloc.h>

#include "librpc/gen_ndr/server_id.h"

struct smbd_pings;
struct messaging_context;

/**
 * Be ready to hear.
 *
 * @param[in] mem_ctx  Owns the pings.
 * @param[in] msg_ctx  Whose main event context must run while one waits.
 *
 * @return NULL without memory.
 */
struct smbd_pings *smbd_pings_create(TALLOC_CTX *mem_ctx,
				     struct messaging_context *msg_ctx);

/**
 * Ask a process for an ping. What it was sent before arrives before that.
 *
 * @param[in] whole_node  Whichever of Samba's processes on the owner's node
 *                        may answer, because this one is dead.
 *
 * @return NT_STATUS_NO_MEMORY, or why it could not be asked.
 */
NTSTATUS smbd_ping_send(struct smbd_pings *pings,
			const struct server_id *owner,
			bool whole_node);

/* As if nobody had been asked. */
void smbd_pings_forget(struct smbd_pings *pings);

/* What became of the last question. */
enum smbd_ping_state {
	PING_NOT_SENT,
	PING_SENT,
	PING_SENT_TO_NODE,
	PING_ANSWERED,
};

/**
 * @param[out] age  Seconds and microseconds since it was asked; may be NULL.
 */
enum smbd_ping_state smbd_ping_get(const struct smbd_pings *pings,
				   const struct server_id *owner,
				   struct timeval *age);

#endif
