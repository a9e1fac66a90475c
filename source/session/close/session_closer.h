/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What closing sessions takes, made once for a process. */

#ifndef SESSIONDEL_SESSION_CLOSER_H
#define SESSIONDEL_SESSION_CLOSER_H

#include "source/common/samba_types.h"

#include "source/session/durable/durable_open.h"
#include "source/session/tables/session_table.h"

struct share_lock_limit;
struct smbd_pings;

struct session_closer {
	struct session_table *table;
	struct smbd_pings *pings;
	struct share_lock_limit *share_lock_limit;
	/* opened by session_closer_open_durable() */
	struct durable_table *durable;
};

/**
 * Make a closer, which opens nothing yet.
 *
 * @param[in] mem_ctx           Owns the closer.
 * @param[in] msg_ctx           This process's, must outlive it.
 * @param[in] share_lock_limit  See share_lock_try(), must outlive it.
 *
 * @return NULL without memory.
 */
struct session_closer *session_closer_create(
	TALLOC_CTX *mem_ctx,
	struct messaging_context *msg_ctx,
	struct share_lock_limit *share_lock_limit);

/**
 * Open the tables of durable opens, unless that was done before.
 *
 * @return NT_STATUS_OK, or why they cannot be opened.
 */
NTSTATUS session_closer_open_durable(struct session_closer *closer);

#endif
