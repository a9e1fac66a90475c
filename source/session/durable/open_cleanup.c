/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Remove what a disconnected open still holds on its file. */

#include "open_cleanup.h"

#include <tdb.h>

#include "lib/dbwrap/dbwrap.h"
#include "lib/util/byteorder.h"
#include "lib/util/debug.h"
#include "lib/util/server_id.h"
#include "lib/util/talloc_stack.h"
#include "librpc/gen_ndr/smb2_lease_struct.h"
#include "librpc/ndr/libndr.h"
#include "source3/include/locking.h"
#include "source3/locking/leases_db.h"
#include "source3/locking/share_mode_lock.h"

#include "source/common/samba_records.h"
#include "source/session/tables/lock_db.h"

#include "share_lock.h"

/* From Samba's smb.h, which only a full build of Samba can include. */
#define LEASE_OPLOCK 0x100

/* As smbd opens brlock.tdb. */
#define LOCKS_HASH_SIZE 10007

NTSTATUS open_cleanup_locks_db(TALLOC_CTX *mem_ctx, struct db_context **db)
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
	/* the share-mode entry of the open */
	struct share_mode_entry entry;
	bool found;
	bool lease_shared;
};

/*
 * smbd marks the entry of an open that it disconnects. 4.17 does not if others
 * also have the file open: such an entry looks like that of a live open, and is
 * recognized by its time.
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

static bool find_entry(struct share_mode_entry *entry,
		       bool *modified,
		       void *private_data)
{
	struct share_state *state = private_data;

	(void)modified;

	if (is_entry_of(entry, state->open)) {
		state->entry = *entry;
		state->found = true;
	}
	return state->found;
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

	if (!is_entry_of(entry, state->open)) {
		state->lease_shared |= same_lease(entry, &state->entry);
	}
	return state->lease_shared;
}

static bool drop_entry(struct share_mode_entry *entry,
		       bool *modified,
		       void *private_data)
{
	const struct share_state *state = private_data;

	(void)modified;

	if (!is_entry_of(entry, state->open)) {
		return false;
	}
	/* Samba drops stale entries when it stores the others */
	entry->stale = true;
	return true;
}

/* Several opens of a client can share one lease; the last one removes it. */
static NTSTATUS end_lease(const struct share_mode_entry *entry,
			  const struct file_id *file)
{
	NTSTATUS status =
		leases_db_del(&entry->client_guid, &entry->lease_key, file);

	if (NT_STATUS_EQUAL(status, NT_STATUS_NOT_FOUND)) {
		return NT_STATUS_OK;
	}
	if (!NT_STATUS_IS_OK(status)) {
		DBG_WARNING("a lease without an open is left behind: %s\n",
			    nt_errstr(status));
	}
	return status;
}

/*
 * Remove the entry before its lease: an smbd that opens the file panics if an
 * entry's lease is missing, but ignores a lease without an entry. If a step
 * before that fails, everything can be tried again.
 */
static NTSTATUS end_share_mode(struct share_mode_lock *lock,
			       const struct file_id *file,
			       const struct file_open *open)
{
	struct share_state state = {.open = open};
	bool has_lease;

	if (!share_mode_forall_entries(lock, find_entry, &state)) {
		return NT_STATUS_INTERNAL_DB_CORRUPTION;
	}
	if (!state.found) {
		return NT_STATUS_OK;
	}
	has_lease = state.entry.op_type == LEASE_OPLOCK;
	if (has_lease && !leases_db_init(false)) {
		return NT_STATUS_INTERNAL_DB_CORRUPTION;
	}
	if ((has_lease &&
	     !share_mode_forall_entries(lock, find_lease, &state)) ||
	    !share_mode_forall_entries(lock, drop_entry, &state)) {
		return NT_STATUS_INTERNAL_DB_CORRUPTION;
	}
	if (!has_lease || state.lease_shared) {
		return NT_STATUS_OK;
	}
	return end_lease(&state.entry, file);
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

/* A record is an array of locks, after their version if they have one. */
static bool locks_fit(TDB_DATA value)
{
	const size_t size = LOCKS_VERSION_SIZE;

	return value.dsize >= size &&
	       (size == 0 || RIVAL(value.dptr, 0) == LOCKS_VERSION) &&
	       (value.dsize - size) % sizeof(struct lock_struct) == 0;
}

static NTSTATUS store_locks(struct db_record *record,
			    struct lock_struct *locks,
			    size_t num)
{
	uint8_t version[4];
	const TDB_DATA parts[] = {
		{.dptr = version, .dsize = LOCKS_VERSION_SIZE},
		{.dptr = (uint8_t *)locks, .dsize = num * sizeof(*locks)},
	};

	RSIVAL(version, 0, LOCKS_VERSION);
	return dbwrap_record_storev(record, parts, ARRAY_SIZE(parts), 0);
}

static void end_locks(struct db_record *record,
		      TDB_DATA value,
		      void *private_data)
{
	struct locks_state *state = private_data;
	struct lock_struct *locks = NULL;
	size_t num = 0;
	size_t kept = 0;

	if (value.dsize == 0) {
		return;
	}
	if (!locks_fit(value)) {
		state->status = NT_STATUS_REVISION_MISMATCH;
		return;
	}
	num = (value.dsize - LOCKS_VERSION_SIZE) / sizeof(*locks);
	locks = talloc_memdup(NULL,
			      value.dptr + LOCKS_VERSION_SIZE,
			      num * sizeof(*locks));
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
		state->status = store_locks(record, locks, kept);
	}
	talloc_free(locks);
}

static NTSTATUS end_byte_range_locks(struct db_context *locks,
				     struct file_id file,
				     const struct file_open *open)
{
	struct locks_state state = {
		.persistent_id = open->persistent_id,
		.status = NT_STATUS_OK,
	};
	TDB_DATA key = {.dptr = (uint8_t *)&file, .dsize = sizeof(file)};
	NTSTATUS status = dbwrap_do_locked(locks, key, end_locks, &state);

	return NT_STATUS_IS_OK(status) ? state.status : status;
}

static NTSTATUS end_open(struct db_context *locks,
			 struct share_lock_limit *limit,
			 struct file_id file,
			 const struct file_open *open)
{
	struct share_mode_lock *lock = NULL;
	NTSTATUS status = share_lock_try(limit, file, &lock);

	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	status = end_byte_range_locks(locks, file, open);
	if (NT_STATUS_IS_OK(status) && lock != NULL) {
		status = end_share_mode(lock, &file, open);
	}
	talloc_free(lock);
	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	return share_lock_wake(limit, file);
}

NTSTATUS open_cleanup(struct db_context *locks,
		      struct share_lock_limit *limit,
		      struct file_id file,
		      const struct file_open *open)
{
	/* Samba's functions leave temporary data on it */
	TALLOC_CTX *frame = talloc_stackframe();
	NTSTATUS status = end_open(locks, limit, file, open);

	talloc_free(frame);
	return status;
}
