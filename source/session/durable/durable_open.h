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
 * Note the durable opens that may belong to the targets:
 * those that are connected now, on the smbds of these sessions.
 *
 * [MS-SMB2] 3.3.4.12 closes every open of a session. smbd keeps its durable
 * opens as disconnected ones, which their client can reclaim. Up to 4.22 no
 * record says which session an open belongs to; docs/durable-handles.md says
 * how that is found out.
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
 * Look which of the noted opens are disconnected now, and end those that are
 * proven to be a closed session's: they cannot be reclaimed, and their share
 * modes, leases and byte-range locks are gone.
 *
 * To be called while the sessions end, once when they have, and until nothing
 * is pending or left.
 *
 * @return NT_STATUS_NO_MEMORY.
 */
NTSTATUS durable_opens_look(struct durable_opens *opens);

/**
 * Say how many targets of an smbd are still there. Its opens are looked at when
 * that has changed.
 */
void durable_opens_set_awaited(struct durable_opens *opens,
			       size_t smbd,
			       size_t awaited);

/**
 * Proofs. An open that is disconnected may also be one of a session that stays,
 * whose log-off has begun: smbd disconnects the opens first and deletes the
 * record last, without taking up messages in between. So the caller pings each
 * smbd that wants a proof, and says when the PONG is there.
 */

/**
 * How many smbds there are, numbered from 0.
 */
size_t durable_opens_num_smbds(const struct durable_opens *opens);

const struct server_id *durable_opens_smbd(const struct durable_opens *opens,
					   size_t smbd);

/**
 * Is a ping wanted whose PONG proves whose opens are? What is disconnected now
 * is meant.
 */
bool durable_opens_want_proof(const struct durable_opens *opens, size_t smbd);

/**
 * The ping is on its way.
 */
void durable_opens_begin_proof(struct durable_opens *opens, size_t smbd);

/**
 * The PONG is there. If all who stay are still there, those opens were the
 * closed sessions'; else they are not touched.
 *
 * @return NT_STATUS_NO_MEMORY, or why that cannot be found out now.
 */
NTSTATUS durable_opens_end_proof(struct durable_opens *opens, size_t smbd);

/**
 * There will be no PONG: the smbd is dead, or the time is up. What is not
 * proven is not touched.
 */
void durable_opens_fail_proof(struct durable_opens *opens, size_t smbd);

/**
 * Is there an open that may still have to be ended?
 */
bool durable_opens_pending(const struct durable_opens *opens);

/**
 * Why durable_opens_look() has left something that it should have ended.
 *
 * @return NT_STATUS_OK when it has not; NT_STATUS_IO_TIMEOUT when another
 *         process was at a file; or why a database could not be changed.
 */
NTSTATUS durable_opens_left(const struct durable_opens *opens);

/**
 * How many opens may be a closed session's and were left all the same: they
 * were reclaimed, or it was not proven whose they are.
 */
size_t durable_opens_in_doubt(const struct durable_opens *opens);

#endif
