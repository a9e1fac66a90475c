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

static inline bool session_key_equal(const struct session_key *a,
				     const struct session_key *b)
{
	return a->global_id == b->global_id && a->wire_id == b->wire_id &&
	       a->creation_time == b->creation_time;
}

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

/* What a walk over the table does. */
struct session_walk {
	/*
	 * Gets a record's bytes, without the header of dbwrap's watchers. A
	 * record that it says no to is not decoded, which would take most of a
	 * walk's time. NULL: all are decoded.
	 */
	bool (*may_be_wanted)(TDB_DATA value, void *private_data);
	/*
	 * Gets the decoded record, which lives for that call only, and the
	 * version of its layout. A status other than OK ends the walk.
	 */
	NTSTATUS(*visit)
	(const struct smbXsrv_session_global *session,
	 enum smbXsrv_version_values version,
	 void *private_data);
	/*
	 * Called for a session that has lost its last channel while its
	 * requests still run. Nobody can decode its record. May be NULL.
	 */
	void (*unreadable)(void *private_data);
	void *private_data;
};

/**
 * Walk over the sessions of the table, authenticated or not.
 *
 * @return NT_STATUS_OK; what visit() ended the walk with; NT_STATUS_NO_MEMORY;
 *         NT_STATUS_REVISION_MISMATCH when this Samba's records are not those
 *         that the module was built for; or why the table cannot be read.
 */
NTSTATUS session_table_walk(struct session_table *table,
			    const struct session_walk *walk);

/**
 * Is this session still in the table? Another one that reuses its id does not
 * count.
 *
 * @param[in]     table       From session_table_create().
 * @param[in]     key         The session.
 * @param[in,out] unreadable  Set it to 0 before the first lookup, and
 *                            do not change it afterwards: a record that cannot
 *                            be decoded is decoded only once, because Samba
 *                            logs each failure.
 * @param[out]    exists      Valid only with NT_STATUS_OK.
 *
 * @return NT_STATUS_NO_MEMORY; NT_STATUS_REVISION_MISMATCH; or why the table
 *         cannot be read.
 */
NTSTATUS session_table_lookup(struct session_table *table,
			      const struct session_key *key,
			      unsigned int *unreadable,
			      bool *exists);

#endif
