/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smbd's table of opens: walk it, look up or delete an open. */

#include "open_table.h"

#include <tdb.h>

#include "lib/dbwrap/dbwrap.h"
#include "lib/util/byteorder.h"
#include "librpc/ndr/libndr.h"

#include "lock_db.h"
#include "open_record.h"

struct open_table {
	struct db_context *db;
};

/* Big-endian, as smbd writes it. */
struct open_key {
	uint8_t id[4];
};

static TDB_DATA key_of(uint32_t global_id, struct open_key *key)
{
	RSIVAL(key->id, 0, global_id);
	return (TDB_DATA){.dptr = key->id, .dsize = sizeof(key->id)};
}

NTSTATUS open_table_open(TALLOC_CTX *mem_ctx, struct open_table **ptable)
{
	struct open_table *table = talloc_zero(mem_ctx, struct open_table);
	NTSTATUS status;

	if (table == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	status = open_records_db(table, &table->db);
	if (!NT_STATUS_IS_OK(status)) {
		talloc_free(table);
		return status;
	}
	*ptable = table;
	return NT_STATUS_OK;
}

struct visit_state {
	open_table_visit visit;
	void *private_data;
	NTSTATUS status;
};

static void visit_value(TDB_DATA key, TDB_DATA value, void *private_data)
{
	struct visit_state *state = private_data;
	const struct smbXsrv_open_global *open = NULL;
	TALLOC_CTX *frame = talloc_new(NULL);

	if (frame == NULL) {
		state->status = NT_STATUS_NO_MEMORY;
		return;
	}
	state->status = open_record_decode(frame, key, value, &open);
	if (NT_STATUS_IS_OK(state->status)) {
		state->status = state->visit(open, state->private_data);
	}
	talloc_free(frame);
}

static int walk_record(struct db_record *record, void *private_data)
{
	struct visit_state *state = private_data;

	/* on a cluster, -1 does not end the walk */
	if (!NT_STATUS_IS_OK(state->status)) {
		return -1;
	}
	visit_value(dbwrap_record_get_key(record),
		    dbwrap_record_get_value(record),
		    state);
	if (NT_STATUS_EQUAL(state->status, NT_STATUS_NOT_FOUND)) {
		state->status = NT_STATUS_OK;
	}
	return NT_STATUS_IS_OK(state->status) ? 0 : -1;
}

NTSTATUS open_table_walk(const struct open_table *table,
			 open_table_visit visit,
			 void *private_data)
{
	struct visit_state state = {visit, private_data, NT_STATUS_OK};
	NTSTATUS status = lock_db_walk(table->db, walk_record, &state);

	return NT_STATUS_IS_OK(state.status) ? status : state.status;
}

NTSTATUS open_table_lookup(const struct open_table *table,
			   uint32_t global_id,
			   open_table_visit visit,
			   void *private_data)
{
	struct visit_state state = {visit, private_data, NT_STATUS_OK};
	struct open_key key;
	NTSTATUS status = dbwrap_parse_record(table->db,
					      key_of(global_id, &key),
					      visit_value,
					      &state);

	return NT_STATUS_IS_OK(status) ? state.status : status;
}

struct delete_state {
	bool (*may_delete)(const struct smbXsrv_open_global *open,
			   void *private_data);
	void *private_data;
	NTSTATUS status;
	/* key of the record to delete with it */
	struct replay_key replay;
	bool has_replay;
};

static void delete_record(struct db_record *record,
			  TDB_DATA value,
			  void *private_data)
{
	struct delete_state *state = private_data;
	const struct smbXsrv_open_global *open = NULL;
	TALLOC_CTX *frame = talloc_new(NULL);

	if (frame == NULL) {
		state->status = NT_STATUS_NO_MEMORY;
		return;
	}
	state->status = open_record_decode(frame,
					   dbwrap_record_get_key(record),
					   value,
					   &open);
	if (NT_STATUS_IS_OK(state->status) &&
	    state->may_delete(open, state->private_data)) {
		state->has_replay = replay_key(open, &state->replay);
		state->status = dbwrap_record_delete(record);
	}
	talloc_free(frame);
}

/* Otherwise the client could not open anything with this GUID again. */
static NTSTATUS delete_replay(struct db_context *db, struct replay_key *replay)
{
	return dbwrap_purge(db,
			    (TDB_DATA){.dptr = (uint8_t *)replay,
				       .dsize = sizeof(*replay)});
}

NTSTATUS open_table_delete(
	const struct open_table *table,
	uint32_t global_id,
	bool (*may_delete)(const struct smbXsrv_open_global *open,
			   void *private_data),
	void *private_data)
{
	struct delete_state state = {
		.may_delete = may_delete,
		.private_data = private_data,
		.status = NT_STATUS_OK,
	};
	struct open_key key;
	NTSTATUS status = dbwrap_do_locked(table->db,
					   key_of(global_id, &key),
					   delete_record,
					   &state);

	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	if (NT_STATUS_IS_OK(state.status) && state.has_replay) {
		return delete_replay(table->db, &state.replay);
	}
	return state.status;
}

bool open_table_file(const struct smbXsrv_open_global *open,
		     struct file_id *file)
{
	struct vfs_default_durable_cookie cookie = {.version = 0};
	TALLOC_CTX *frame = talloc_new(NULL);
	enum ndr_err_code err;
	bool known;

	err = ndr_pull_struct_blob(&open->backend_cookie,
				   frame,
				   &cookie,
				   (ndr_pull_flags_fn_t)
					   ndr_pull_vfs_default_durable_cookie);
	known = NDR_ERR_CODE_IS_SUCCESS(err) &&
		cookie.version == VFS_DEFAULT_DURABLE_COOKIE_VERSION &&
		strcmp(cookie.magic, VFS_DEFAULT_DURABLE_COOKIE_MAGIC) == 0;
	if (known) {
		*file = cookie.id;
	}
	talloc_free(frame);
	return known;
}
