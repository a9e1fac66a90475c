/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Durable opens of closed sessions: noted before the close, ended after it. */

#ifndef SESSIONDEL_DURABLE_OPEN_H
#define SESSIONDEL_DURABLE_OPEN_H

#include "source/common/samba_types.h"

#include "source/session/targets.h"

struct durable_opens;
struct durable_table;
struct share_lock_limit;

/**
 * Open the databases of opens and of byte-range locks, as smbd does.
 *
 * @param[in]  mem_ctx   Owns the databases.
 * @param[in]  sessions  The session table; must outlive them.
 * @param[in]  limit     See share_lock_try(); must outlive them.
 * @param[out] table     Valid only with NT_STATUS_OK.
 *
 * @return NT_STATUS_NO_MEMORY, or why a database cannot be opened.
 */
NTSTATUS durable_table_open(TALLOC_CTX *mem_ctx,
			    struct session_table *sessions,
			    struct share_lock_limit *limit,
			    struct durable_table **table);

/**
 * Note the durable opens that may belong to targets.
 *
 * [MS-SMB2] 3.3.4.12 closes every open of a session. When smbd closes a
 * session, it only disconnects the durable ones, and their client can reclaim
 * them. 4.17 does not record which session an open belongs to, only its smbd
 * and its user. So all opens of that smbd and user are noted, and those that
 * are disconnected while the session ends were its own, unless another session
 * of the same user on the same smbd ended at the same time.
 *
 * An open that is made after this is left alone: it may belong to a new session
 * that is not closed.
 *
 * @param[in]  mem_ctx  Owns the opens.
 * @param[in]  table    From durable_table_open(); must outlive the opens.
 * @param[in]  targets  The targets, before they are asked to close.
 * @param[out] opens    Also valid after an error; NULL if out of memory.
 *
 * @return NT_STATUS_NO_MEMORY; NT_STATUS_REVISION_MISMATCH if this Samba's
 *         records have another layout than those the module was built for; or
 *         why a table cannot be read.
 */
NTSTATUS durable_opens_note(TALLOC_CTX *mem_ctx,
			    const struct durable_table *table,
			    const struct session_targets *targets,
			    struct durable_opens **opens);

/**
 * End the opens that are disconnected now: they can no longer be reclaimed, and
 * their share modes, leases and byte-range locks are removed. Call this while
 * the sessions end, once when all have ended, and again until nothing is left.
 * If an open is still connected when all sessions that it may belong to are
 * settled, it belongs to another session.
 *
 * @param[in,out] opens    The noted opens.
 * @param[in]     targets  The targets, with their fates.
 *
 * @return NT_STATUS_NO_MEMORY.
 */
NTSTATUS durable_opens_end(struct durable_opens *opens,
			   const struct session_targets *targets);

/**
 * Why durable_opens_end() could not end an open.
 *
 * @return NT_STATUS_OK if it ended all; NT_STATUS_IO_TIMEOUT if another process
 *         had the share modes of a file locked; or why a database could not be
 *         changed.
 */
NTSTATUS durable_opens_left(const struct durable_opens *opens);

/**
 * Are there still opens that may belong to a target that is not settled?
 */
bool durable_opens_pending(const struct durable_opens *opens);

/**
 * The number of noted opens that their clients reclaimed before they could be
 * ended.
 */
size_t durable_opens_reclaimed(const struct durable_opens *opens);

#endif
