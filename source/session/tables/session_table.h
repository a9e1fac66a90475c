/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smbd's table of sessions, only read: walk it, look up a session. */

#ifndef SESSIONDEL_SESSION_TABLE_H
#define SESSIONDEL_SESSION_TABLE_H

#include "source/common/samba_types.h"
#include <talloc.h>
#include <tdb.h>

#include "libcli/util/ntstatus.h"
#include "source/common/samba_records.h"

struct messaging_context;
struct session_table;

/* Identifies a session: smbd reuses the ids, but not all three values. */
struct session_key {
	uint32_t global_id;
	uint64_t wire_id;
	NTTIME creation_time;
};

/**
 * A handle for smbXsrv_session_global.tdb, which is opened on first use, with
 * smbd's flags.
 *
 * @param[in] mem_ctx  Owns the table.
 * @param[in] msg_ctx  The worker's; must outlive the table.
 *
 * @return The table, NULL if out of memory.
 */
struct session_table *session_table_create(TALLOC_CTX *mem_ctx,
					   struct messaging_context *msg_ctx);

/**
 * The messaging context that the table was created with.
 */
struct messaging_context *session_table_messaging(
	const struct session_table *table);

/**
 * Call visit() with each session in the table, authenticated or not.
 *
 * @param[in] table          From session_table_create().
 * @param[in] may_be_wanted  Called with a record's bytes, without the header of
 *                           dbwrap_watch. false skips the record without
 *                           decoding it, which takes most of a walk's time.
 *                           NULL: decode all records.
 * @param[in] visit          Called with the decoded record, which is valid
 *                           during the call only, and the version of its
 *                           layout. A status other than NT_STATUS_OK ends the
 *                           walk.
 * @param[in] private_data   For both functions.
 *
 * @return What visit() ended the walk with; NT_STATUS_REVISION_MISMATCH if this
 *         Samba's records have another layout than those the module was built
 *         for; or what lock_db_open() and lock_db_walk() return.
 */
NTSTATUS session_table_walk(
	struct session_table *table,
	bool (*may_be_wanted)(TDB_DATA value, void *private_data),
	NTSTATUS (*visit)(const struct smbXsrv_session_global *session,
			  enum smbXsrv_version_values version,
			  void *private_data),
	void *private_data);

/**
 * Is this session still in the table? Another one that reuses its id does not
 * count.
 *
 * @param[in]  table   From session_table_create().
 * @param[in]  key     The session.
 * @param[out] exists  Valid only with NT_STATUS_OK.
 *
 * @return NT_STATUS_NO_MEMORY; NT_STATUS_REVISION_MISMATCH; or why the table
 *         cannot be read.
 */
NTSTATUS session_table_lookup(struct session_table *table,
			      const struct session_key *key,
			      bool *exists);

#endif
