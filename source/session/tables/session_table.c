/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smbd's table of sessions, only read: walk it, look up a session. */

#include "session_table.h"

#include <tdb.h>

#include "lib/util/byteorder.h"
#include "lib/util/debug.h"
#include "source3/include/messages.h"
#include "source3/lib/dbwrap/dbwrap_watch.h"

#include "lock_db.h"
#include "session_record.h"

struct session_table {
	struct db_context *db;
	struct messaging_context *msg_ctx;
};

struct session_table *session_table_create(TALLOC_CTX *mem_ctx,
					   struct messaging_context *msg_ctx)
{
	struct session_table *table =
		talloc_zero(mem_ctx, struct session_table);

	if (table != NULL) {
		table->msg_ctx = msg_ctx;
	}
	return table;
}

static NTSTATUS open_db(struct session_table *table)
{
	struct db_context *backend = NULL;
	NTSTATUS status;

	if (table->db != NULL) {
		return NT_STATUS_OK;
	}
	status = lock_db_open(table,
			      "smbXsrv_session_global.tdb",
			      0,
			      0,
			      0600,
			      DBWRAP_LOCK_ORDER_1,
			      &backend);
	if (!NT_STATUS_IS_OK(status)) {
		DBG_ERR("cannot open the session table: %s\n",
			nt_errstr(status));
		return status;
	}
	/* smbd writes the records through this layer, with its header */
	table->db = db_open_watched(table, &backend, table->msg_ctx);
	return table->db != NULL ? NT_STATUS_OK : NT_STATUS_NO_MEMORY;
}

struct messaging_context *session_table_messaging(
	const struct session_table *table)
{
	return table->msg_ctx;
}

struct walk_state {
	const struct session_walk *walk;
	NTSTATUS status;
};

static NTSTATUS visit_value(const struct session_walk *walk, TDB_DATA value)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct smbXsrv_session_globalB record = {.version = 0};
	NTSTATUS status;

	if (frame == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	status = session_record_decode(frame, value, &record);
	if (NT_STATUS_IS_OK(status)) {
		status = walk->visit(record.info.SMBXSRV_INFO,
				     record.version,
				     walk->private_data);
	} else if (NT_STATUS_EQUAL(status, NT_STATUS_NOT_FOUND)) {
		status = NT_STATUS_OK;
	} else if (NT_STATUS_EQUAL(status, NT_STATUS_INTERNAL_DB_CORRUPTION)) {
		DBG_NOTICE("skipped a session record without channels\n");
		if (walk->unreadable != NULL) {
			walk->unreadable(walk->private_data);
		}
		status = NT_STATUS_OK;
	}
	talloc_free(frame);
	return status;
}

static int walk_record(struct db_record *rec, void *private_data)
{
	struct walk_state *state = private_data;
	const struct session_walk *walk = state->walk;
	TDB_DATA value = dbwrap_record_get_value(rec);

	/* on a cluster, -1 does not end the walk */
	if (!NT_STATUS_IS_OK(state->status)) {
		return -1;
	}
	if (walk->may_be_wanted != NULL &&
	    !walk->may_be_wanted(value, walk->private_data)) {
		return 0;
	}
	state->status = visit_value(walk, value);
	return NT_STATUS_IS_OK(state->status) ? 0 : -1;
}

NTSTATUS session_table_walk(struct session_table *table,
			    const struct session_walk *walk)
{
	struct walk_state state = {.walk = walk, .status = NT_STATUS_OK};
	NTSTATUS status = open_db(table);

	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	status = lock_db_walk(table->db, walk_record, &state);
	if (!NT_STATUS_IS_OK(state.status)) {
		return state.status;
	}
	return status;
}

struct lookup_state {
	const struct session_key *key;
	unsigned int *unreadable;
	NTSTATUS status;
	bool exists;
};

static void lookup_record(TDB_DATA tdb_key, TDB_DATA value, void *private_data)
{
	struct lookup_state *state = private_data;
	struct smbXsrv_session_globalB record = {.version = 0};
	const struct smbXsrv_session_global *session = NULL;
	TALLOC_CTX *frame = NULL;

	(void)tdb_key;

	if (*state->unreadable != 0 &&
	    *state->unreadable == tdb_jenkins_hash(&value)) {
		state->exists = true;
		return;
	}
	frame = talloc_new(NULL);
	if (frame == NULL) {
		state->status = NT_STATUS_NO_MEMORY;
		return;
	}
	state->status = session_record_decode(frame, value, &record);
	if (NT_STATUS_IS_OK(state->status)) {
		session = record.info.SMBXSRV_INFO;
		state->exists =
			session->session_wire_id == state->key->wire_id &&
			session->creation_time == state->key->creation_time;
	} else if (NT_STATUS_EQUAL(state->status,
				   NT_STATUS_INTERNAL_DB_CORRUPTION)) {
		/* it has lost its last channel but has not ended */
		*state->unreadable = tdb_jenkins_hash(&value);
		state->exists = true;
		state->status = NT_STATUS_OK;
	}
	talloc_free(frame);
}

NTSTATUS session_table_lookup(struct session_table *table,
			      const struct session_key *key,
			      unsigned int *unreadable,
			      bool *exists)
{
	struct lookup_state state = {
		.key = key,
		.unreadable = unreadable,
		.status = NT_STATUS_OK,
	};
	uint8_t id[4];
	TDB_DATA tdb_key = {.dptr = id, .dsize = sizeof(id)};
	NTSTATUS status = open_db(table);

	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
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
