/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Durable opens of sessions that are closed: noted before, ended after. */

#ifndef SESSIONDEL_DURABLE_OPEN_H
#define SESSIONDEL_DURABLE_OPEN_H

#include "source/common/samba_types.h"

#include "source/session/targets.h"

struct durable_opens;
struct durable_table;
struct share_lock_limit;

/**
 * Open the databases of opens and of what they hold, the way smbd does.
 *
 * @param[in]  mem_ctx   Owns the databases.
 * @param[in]  sessions  The session table, must outlive them.
 * @param[in]  limit     See share_lock_try(), must outlive them.
 * @param[out] table     Valid only with NT_STATUS_OK.
 */
NTSTATUS durable_table_open(TALLOC_CTX *mem_ctx,
			    struct session_table *sessions,
			    struct share_lock_limit *limit,
			    struct durable_table **table);

/**
 * Note the durable opens that may belong to sessions which are to be closed.
 *
 * [MS-SMB2] 3.3.4.12 closes every open of a session. smbd, told to close one,
 * keeps its durable opens as disconnected ones, which their client can
 * reclaim. Which session an open belongs to is not on record in 4.17, only its
 * smbd and its user. So all of those are noted, and those that are found
 * disconnected while the session ends were its own, unless another session of
 * that user there has ended then.
 *
 * An open that is made after this is left alone: nothing says then that it is
 * not of a session that came meanwhile and is not closed.
 *
 * @param[in]  mem_ctx  Owns the opens.
 * @param[in]  table    From durable_table_open(), must outlive the opens.
 * @param[in]  targets  The sessions, before they are asked to close.
 * @param[out] opens    Valid also when something fails, NULL without memory.
 *
 * @return NT_STATUS_NO_MEMORY, NT_STATUS_REVISION_MISMATCH when this Samba's
 *         records are of another layout, or why a table cannot be read.
 */
NTSTATUS durable_opens_note(TALLOC_CTX *mem_ctx,
			    const struct durable_table *table,
			    const struct session_targets *targets,
			    struct durable_opens **opens);

/**
 * End those opens that are disconnected now: they cannot be reclaimed, and
 * their share modes, leases and byte-range locks are gone. To be called while
 * the sessions end, once when they have, and until nothing is left. An open
 * that is still connected when the last session is settled that it may belong
 * to is another session's.
 *
 * @param[in,out] opens    The noted opens.
 * @param[in]     targets  The sessions, with their fates.
 *
 * @return NT_STATUS_NO_MEMORY.
 */
NTSTATUS durable_opens_end(struct durable_opens *opens,
			   const struct session_targets *targets);

/**
 * Why durable_opens_end() has left something that it should have ended.
 *
 * @return NT_STATUS_OK when it has not; NT_STATUS_IO_TIMEOUT when another
 *         process was at a file; or why a database could not be changed.
 */
NTSTATUS durable_opens_left(const struct durable_opens *opens);

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
