/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Durable opens of sessions that are closed: noted before, ended after. */

#ifndef SESSIONDEL_DURABLE_OPEN_H
#define SESSIONDEL_DURABLE_OPEN_H

#include "source/common/samba_types.h"

#include "session_target.h"

struct durable_opens;

/**
 * Note the durable opens that may belong to sessions which are to be closed.
 *
 * [MS-SMB2] 3.3.4.12 closes every open of a session. smbd, told to close one,
 * keeps its durable opens as disconnected ones, which their client can
 * reclaim. Which session an open belongs to is not on record in 4.17, only its
 * smbd and its user. So all of those are noted, and those that are found
 * disconnected while the session ends were its own.
 *
 * @param[in]  mem_ctx  Owns the opens.
 * @param[in]  targets  The sessions, before they are asked to close.
 * @param[out] opens    Valid only with NT_STATUS_OK.
 *
 * @return NT_STATUS_NO_MEMORY, NT_STATUS_REVISION_MISMATCH when this Samba's
 *         records are of another layout, or why the table cannot be read.
 */
NTSTATUS durable_opens_note(TALLOC_CTX *mem_ctx,
			    const struct session_targets *targets,
			    struct durable_opens **opens);

/**
 * End those of the noted opens that are disconnected now: they cannot be
 * reclaimed, and their share modes, leases and byte-range locks are gone. To
 * be called while the sessions end, and once when they have. When the last
 * session that an open may belong to is settled and the open still connected,
 * it is another session's and left alone from then on.
 *
 * @param[in,out] opens    The noted opens.
 * @param[in]     targets  The sessions, with their fates.
 *
 * @return NT_STATUS_NO_MEMORY.
 */
NTSTATUS durable_opens_end(struct durable_opens *opens,
			   const struct session_targets *targets);

/**
 * Are there opens yet that may belong to sessions which are not settled?
 */
bool durable_opens_pending(const struct durable_opens *opens);

/**
 * How many of the noted opens were reclaimed by their client before they could
 * be ended.
 */
size_t durable_opens_reclaimed(const struct durable_opens *opens);

#endif
