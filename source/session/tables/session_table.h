/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smbd's table of sessions: walk it, look one session up. Never writes. */

#ifndef SESSIONDEL_SESSION_TABLE_H
#define SESSIONDEL_SESSION_TABLE_H

#include "source/common/samba_types.h"
#include <talloc.h>
#include <tdb.h>

#include "libcli/util/ntstatus.h"
#include "source/common/samba_records.h"

struct messaging_context;
struct session_table;

/* What names one session for good: smbd reuses ids, not the triple. */
struct session_key {
	uint32_t global_id;
	uint64_t wire_id;
	NTTIME creation_time;
};

/**
 * Have smbXsrv_session_global.tdb opened, as smbd does, when it is read first.
 *
 * @param[in] mem_ctx  Owns the table.
 * @param[in] msg_ctx  The worker's messaging context.
 *
 * @return The table, NULL without memory.
 */
struct session_table *session_table_create(TALLOC_CTX *mem_ctx,
					   struct messaging_context *msg_ctx);

/**
 * The messaging context that the table was created with.
 */
struct messaging_context *session_table_messaging(
	const struct session_table *table);

/**
 * Show the sessions of the table to visit(), authenticated or not.
 *
 * @param[in] table    The open table.
 * @param[in] may_be_wanted  Gets a record's bytes, without the header of
 *                     dbwrap's watchers. A record that it says no to is not
 *                     decoded, which would take the most of a walk's time.
 *                     NULL shows all of them.
 * @param[in] visit    Gets the decoded record, which lives for that call
 *                     only, and the version of the record's layout. A status
 *                     other than OK ends the walk.
 * @param[in] private_data  For both.
 *
 * @return What visit() ended the walk with;
 *         NT_STATUS_REVISION_MISMATCH when this Samba's records are laid out
 *         in another way than those the module was built for.
 */
NTSTATUS session_table_walk(
	struct session_table *table,
	bool (*may_be_wanted)(TDB_DATA value, void *private_data),
	NTSTATUS (*visit)(const struct smbXsrv_session_global *session,
			  enum smbXsrv_version_values version,
			  void *private_data),
	void *private_data);

/**
 * Is this very session in the table still? One that took over its id is not
 * it.
 *
 * @param[in]  table   The open table.
 * @param[in]  key     The session.
 * @param[out] exists  The answer, valid when NT_STATUS_OK is returned.
 */
NTSTATUS session_table_lookup(struct session_table *table,
			      const struct session_key *key,
			      bool *exists);

#endif
