/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a disconnected open still holds on its file: taken away. */

#include "file_open.h"

#include <tdb.h>

#include "lib/dbwrap/dbwrap.h"
#include "lib/util/server_id.h"
#include "lib/util/debug.h"
#include "librpc/gen_ndr/open_files.h"
#include "librpc/gen_ndr/smb2_lease_struct.h"
#include "librpc/ndr/libndr.h"
#include "source3/include/locking.h"
#include "source3/locking/leases_db.h"
#include "source3/locking/share_mode_lock.h"

#include "lock_db.h"

/* From Samba's smb.h, which only a full build of Samba can include. */
#define LEASE_OPLOCK 0x100

/* As smbd opens brlock.tdb. */
#define LOCKS_HASH_SIZE 10007

NTSTATUS file_open_locks_db(TALLOC_CTX *mem_ctx, struct db_context **db)
{
	return lock_db_open(mem_ctx,
			    "brlock.tdb",
			    LOCKS_HASH_SIZE,
			    TDB_VOLATILE | TDB_SEQNUM,
			    0644,
			    DBWRAP_LOCK_ORDER_2,
			    db);
}

struct share_state {
	const struct file_open *open;
	/* the entry of the open */
	struct share_mode_entry ended;
	bool found;
	bool lease_shared;
};

/*
 * smbd marks the entry of an open that it disconnects, but 4.17 forgets to
 * where others have the file open as well: that one keeps the look of a live
 * open, and is known by its time.
 */
static bool is_entry_of(const struct share_mode_entry *entry,
			const struct file_open *open)
{
	if (server_id_is_disconnected(&entry->pid)) {
		return entry->share_file_id == open->persistent_id;
	}
	return server_id_equal(&entry->pid, &open->owner) &&
	       timeval_to_nttime(&entry->time) == open->open_time;
}

static bool end_entry(struct share_mode_entry *entry,
		      bool *modified,
		      void *private_data)
{
	struct share_state *state = private_data;

	(void)modified;

	if (!is_entry_of(entry, state->open)) {
		return false;
	}
	state->ended = *entry;
	state->found = true;
	/* Samba leaves stale entries out when it stores the rest */
	entry->stale = true;
	return true;
}

static bool same_lease(const struct share_mode_entry *a,
		       const struct share_mode_entry *b)
{
	return a->op_type == LEASE_OPLOCK && b->op_type == LEASE_OPLOCK &&
	       GUID_equal(&a->client_guid, &b->client_guid) &&
	       a->lease_key.data[0] == b->lease_key.data[0] &&
	       a->lease_key.data[1] == b->lease_key.data[1];
}

static bool find_lease(struct share_mode_entry *entry,
		       bool *modified,
		       void *private_data)
{
	struct share_state *state = private_data;

	(void)modified;

	state->lease_shared |= same_lease(entry, &state->ended);
	return state->lease_shared;
}

/* Several opens of a client can share one lease; the last one takes it away. */
static NTSTATUS end_lease(struct share_mode_lock *lock,
			  struct share_state *state,
			  const struct file_id *file)
{
	NTSTATUS status;

	if (state->ended.op_type != LEASE_OPLOCK) {
		return NT_STATUS_OK;
	}
	if (!share_mode_forall_entries(lock, find_lease, state)) {
		return NT_STATUS_INTERNAL_DB_CORRUPTION;
	}
	if (state->lease_shared) {
		return NT_STATUS_OK;
	}
	status = leases_db_del(&state->ended.client_guid,
			       &state->ended.lease_key,
			       file);
	if (NT_STATUS_EQUAL(status, NT_STATUS_NOT_FOUND)) {
		return NT_STATUS_OK;
	}
	return status;
}

static NTSTATUS end_share_mode(struct file_id file,
			       const struct file_open *open)
{
	struct share_state state = {.open = open};
	struct share_mode_lock *lock = get_existing_share_mode_lock(NULL, file);
	NTSTATUS status = NT_STATUS_OK;

	if (lock == NULL) {
		return NT_STATUS_OK;
	}
	if (!share_mode_forall_entries(lock, end_entry, &state)) {
		status = NT_STATUS_INTERNAL_DB_CORRUPTION;
	} else if (state.found) {
		status = end_lease(lock, &state, &file);
	}
	talloc_free(lock);
	return status;
}

struct locks_state {
	uint64_t persistent_id;
	NTSTATUS status;
};

static bool is_of_open(const struct lock_struct *lock, uint64_t persistent_id)
{
	return lock->context.smblctx == persistent_id &&
	       server_id_is_disconnected(&lock->context.pid);
}

/* A record is an array of locks. */
static void end_locks(struct db_record *record,
		      TDB_DATA value,
		      void *private_data)
{
	struct locks_state *state = private_data;
	size_t num = value.dsize / sizeof(struct lock_struct);
	struct lock_struct *locks = NULL;
	size_t kept = 0;

	if (num == 0) {
		return;
	}
	if (value.dsize % sizeof(*locks) != 0) {
		state->status = NT_STATUS_REVISION_MISMATCH;
		return;
	}
	locks = talloc_memdup(NULL, value.dptr, value.dsize);
	if (locks == NULL) {
		state->status = NT_STATUS_NO_MEMORY;
		return;
	}
	for (size_t i = 0; i < num; i++) {
		if (!is_of_open(&locks[i], state->persistent_id)) {
			locks[kept++] = locks[i];
		}
	}
	if (kept == 0) {
		state->status = dbwrap_record_delete(record);
	} else if (kept < num) {
		state->status =
			dbwrap_record_store(record,
					    (TDB_DATA){.dptr = (uint8_t *)locks,
						       .dsize = kept *
								sizeof(*locks)},
					    0);
	}
	talloc_free(locks);
}

NTSTATUS file_open_end(struct db_context *locks,
		       struct file_id file,
		       const struct file_open *open)
{
	struct locks_state state = {
		.persistent_id = open->persistent_id,
		.status = NT_STATUS_OK,
	};
	TDB_DATA key = {.dptr = (uint8_t *)&file, .dsize = sizeof(file)};
	NTSTATUS status;

	status = end_share_mode(file, open);
	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	status = dbwrap_do_locked(locks, key, end_locks, &state);
	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	if (!NT_STATUS_IS_OK(state.status)) {
		return state.status;
	}
	status = share_mode_wakeup_waiters(file);
	/* nobody has the file open any more */
	if (NT_STATUS_EQUAL(status, NT_STATUS_NOT_FOUND)) {
		return NT_STATUS_OK;
	}
	return status;
}
