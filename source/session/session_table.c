/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smbd's table of sessions: walk it, look one session up. Never writes. */

#include "session_table.h"

#include <fcntl.h>
#include <tdb.h>

#include "lib/dbwrap/dbwrap.h"
#include "lib/util/byteorder.h"
#include "lib/util/debug.h"
#include "librpc/gen_ndr/auth.h"
#include "librpc/ndr/libndr.h"
#include "source3/include/messages.h"
#include "source3/lib/dbwrap/dbwrap_open.h"
#include "source3/lib/dbwrap/dbwrap_watch.h"
#include "source3/lib/util_path.h"

struct session_table {
	struct db_context *db;
};

NTSTATUS session_table_open(TALLOC_CTX *mem_ctx,
			    struct messaging_context *msg_ctx,
			    struct session_table **ptable)
{
	struct session_table *table =
		talloc_zero(mem_ctx, struct session_table);
	struct db_context *backend = NULL;
	char *path = NULL;

	if (table == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	path = lock_path(table, "smbXsrv_session_global.tdb");
	if (path == NULL) {
		talloc_free(table);
		return NT_STATUS_NO_MEMORY;
	}
	/*
	 * Flags and lock order are smbd's own: every process that shares the
	 * file must open it alike.
	 */
	backend = db_open(table,
			  path,
			  0,
			  TDB_DEFAULT | TDB_CLEAR_IF_FIRST |
				  TDB_INCOMPATIBLE_HASH,
			  O_RDWR | O_CREAT,
			  0600,
			  DBWRAP_LOCK_ORDER_1,
			  DBWRAP_FLAG_NONE);
	if (backend == NULL) {
		NTSTATUS status = map_nt_error_from_unix_common(errno);

		talloc_free(table);
		return status;
	}
	/* records carry the header of this layer */
	table->db = db_open_watched(table, &backend, msg_ctx);
	if (table->db == NULL) {
		talloc_free(table);
		return NT_STATUS_NO_MEMORY;
	}
	*ptable = table;
	return NT_STATUS_OK;
}

/*
 * Samba's own decoder allocated all of it: another size is another layout,
 * which point releases have brought before.
 */
static bool layout_fits(const struct smbXsrv_session_global0 *session)
{
	const struct auth_session_info *auth = session->auth_session_info;

	if (talloc_get_size(session) != sizeof(*session) ||
	    talloc_get_size(session->channels) !=
		    session->num_channels * sizeof(*session->channels)) {
		return false;
	}
	if (auth == NULL) {
		return true;
	}
	return talloc_get_size(auth) == sizeof(*auth) &&
	       (auth->info == NULL ||
		talloc_get_size(auth->info) == sizeof(*auth->info)) &&
	       (auth->unix_info == NULL ||
		talloc_get_size(auth->unix_info) == sizeof(*auth->unix_info));
}

/*
 * Decode one record. NT_STATUS_NOT_FOUND stands for a free one, which only
 * others that wait for it keep in the table, NT_STATUS_INTERNAL_DB_CORRUPTION
 * for one that cannot be read.
 *
 * smbd itself writes such records: a session whose last channel is gone and
 * whose requests still run has none, and the decoder wants at least one.
 */
static NTSTATUS decode(TALLOC_CTX *mem_ctx,
		       TDB_DATA value,
		       struct smbXsrv_session_globalB *record)
{
	DATA_BLOB blob = data_blob_const(value.dptr, value.dsize);
	enum ndr_err_code err;

	if (value.dsize == 0) {
		return NT_STATUS_NOT_FOUND;
	}
	err = ndr_pull_struct_blob(&blob,
				   mem_ctx,
				   record,
				   (ndr_pull_flags_fn_t)
					   ndr_pull_smbXsrv_session_globalB);
	if (err == NDR_ERR_ALLOC) {
		return NT_STATUS_NO_MEMORY;
	}
	if (!NDR_ERR_CODE_IS_SUCCESS(err) ||
	    record->version != SMBXSRV_VERSION_0 ||
	    record->info.info0 == NULL) {
		return NT_STATUS_INTERNAL_DB_CORRUPTION;
	}
	if (!layout_fits(record->info.info0)) {
		return NT_STATUS_REVISION_MISMATCH;
	}
	return NT_STATUS_OK;
}

struct walk_state {
	NTSTATUS(*visit)
	(const struct smbXsrv_session_global0 *session,
	 enum smbXsrv_version_values version,
	 void *private_data);
	void *private_data;
	NTSTATUS status;
};

static int walk_record(struct db_record *rec, void *private_data)
{
	struct walk_state *state = private_data;
	TALLOC_CTX *frame = talloc_new(NULL);
	struct smbXsrv_session_globalB record = {.version = 0};

	if (frame == NULL) {
		state->status = NT_STATUS_NO_MEMORY;
		return -1;
	}
	state->status = decode(frame, dbwrap_record_get_value(rec), &record);
	if (NT_STATUS_EQUAL(state->status, NT_STATUS_NOT_FOUND)) {
		state->status = NT_STATUS_OK;
	} else if (NT_STATUS_EQUAL(state->status,
				   NT_STATUS_INTERNAL_DB_CORRUPTION)) {
		DBG_NOTICE("passed over a session record without channels\n");
		state->status = NT_STATUS_OK;
	} else if (NT_STATUS_IS_OK(state->status)) {
		state->status = state->visit(record.info.info0,
					     record.version,
					     state->private_data);
	}
	talloc_free(frame);
	return NT_STATUS_IS_OK(state->status) ? 0 : -1;
}

NTSTATUS session_table_walk(
	struct session_table *table,
	NTSTATUS (*visit)(const struct smbXsrv_session_global0 *session,
			  enum smbXsrv_version_values version,
			  void *private_data),
	void *private_data)
{
	struct walk_state state = {
		.visit = visit,
		.private_data = private_data,
		.status = NT_STATUS_OK,
	};
	NTSTATUS status;

	status = dbwrap_traverse_read(table->db, walk_record, &state, NULL);
	if (!NT_STATUS_IS_OK(state.status)) {
		return state.status;
	}
	return status;
}

struct lookup_state {
	const struct session_key *key;
	NTSTATUS status;
	bool exists;
};

static void lookup_record(TDB_DATA tdb_key, TDB_DATA value, void *private_data)
{
	struct lookup_state *state = private_data;
	TALLOC_CTX *frame = talloc_new(NULL);
	struct smbXsrv_session_globalB record = {.version = 0};
	const struct smbXsrv_session_global0 *session = NULL;

	(void)tdb_key;

	if (frame == NULL) {
		state->status = NT_STATUS_NO_MEMORY;
		return;
	}
	state->status = decode(frame, value, &record);
	if (NT_STATUS_IS_OK(state->status)) {
		session = record.info.info0;
		state->exists =
			session->session_wire_id == state->key->wire_id &&
			session->creation_time == state->key->creation_time;
	} else if (NT_STATUS_EQUAL(state->status,
				   NT_STATUS_INTERNAL_DB_CORRUPTION)) {
		/* it lost its last channel and is not through yet */
		state->exists = true;
		state->status = NT_STATUS_OK;
	}
	talloc_free(frame);
}

NTSTATUS session_table_lookup(struct session_table *table,
			      const struct session_key *key,
			      bool *exists)
{
	struct lookup_state state = {.key = key, .status = NT_STATUS_OK};
	uint8_t id[4];
	TDB_DATA tdb_key = {.dptr = id, .dsize = sizeof(id)};
	NTSTATUS status;

	RSIVAL(id, 0, key->global_id);

	status = dbwrap_parse_record(table->db, tdb_key, lookup_record, &state);
	if (NT_STATUS_IS_OK(status)) {
		status = state.status;
	}
	*exists = state.exists;
	if (NT_STATUS_EQUAL(status, NT_STATUS_NOT_FOUND)) {
		return NT_STATUS_OK;
	}
	return status;
}
