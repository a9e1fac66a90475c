/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Durable opens of sessions that are closed: noted before, ended after. */

#include "durable_open.h"

#include <tdb.h>

#include "lib/dbwrap/dbwrap.h"
#include "lib/util/byteorder.h"
#include "lib/util/debug.h"
#include "lib/util/server_id.h"
#include "libcli/security/dom_sid.h"
#include "librpc/gen_ndr/ndr_open_files.h"
#include "librpc/ndr/libndr.h"

#include "file_open.h"
#include "open_record.h"

enum durable_state {
	/* with its smbd, of a session that is closed or of another one */
	DURABLE_CONNECTED,
	/* no open any more */
	DURABLE_ENDED,
	/* taken up again by its client */
	DURABLE_RECLAIMED,
	/* of another session */
	DURABLE_FOREIGN,
};

struct durable_open {
	uint32_t global_id;
	struct file_open open;
	struct dom_sid user;
	/* a new one each time that it is reclaimed */
	uint64_t volatile_id;
	struct file_id file;
	/* smbd's own cookie, which names the file; VFS modules have others */
	bool file_known;
	enum durable_state state;
};

struct durable_opens {
	struct db_context *db;
	struct db_context *locks;
	struct durable_open *list;
	size_t num;
};

static bool file_of(TALLOC_CTX *mem_ctx,
		    const struct smbXsrv_open_global0 *open,
		    struct file_id *file)
{
	struct vfs_default_durable_cookie cookie = {.version = 0};
	enum ndr_err_code err;

	err = ndr_pull_struct_blob(&open->backend_cookie,
				   mem_ctx,
				   &cookie,
				   (ndr_pull_flags_fn_t)
					   ndr_pull_vfs_default_durable_cookie);
	if (!NDR_ERR_CODE_IS_SUCCESS(err) ||
	    cookie.version != VFS_DEFAULT_DURABLE_COOKIE_VERSION ||
	    strcmp(cookie.magic, VFS_DEFAULT_DURABLE_COOKIE_MAGIC) != 0) {
		return false;
	}
	*file = cookie.id;
	return true;
}

static bool is_settled(const struct session_target *target)
{
	return target->fate == SESSION_GONE ||
	       target->fate == SESSION_OWNER_DIED;
}

/* May an open with this smbd and user belong to a session that still ends? */
static bool is_awaited(const struct server_id *owner,
		       const struct dom_sid *user,
		       const struct session_targets *targets)
{
	for (size_t i = 0; i < targets->num; i++) {
		const struct session_target *target = &targets->list[i];

		if (!is_settled(target) &&
		    server_id_equal(owner, &target->owner) &&
		    dom_sid_equal(user, &target->user_sid)) {
			return true;
		}
	}
	return false;
}

static NTSTATUS add(struct durable_opens *opens,
		    const struct smbXsrv_open_global0 *open)
{
	struct durable_open *list = talloc_realloc(opens,
						   opens->list,
						   struct durable_open,
						   opens->num + 1);
	struct durable_open *added = NULL;

	if (list == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	opens->list = list;
	added = &list[opens->num++];
	*added = (struct durable_open){
		.global_id = open->open_global_id,
		.open =
			{
				.persistent_id = open->open_persistent_id,
				.owner = open->server_id,
				.open_time = open->open_time,
			},
		.user = open->open_owner,
		.volatile_id = open->open_volatile_id,
	};
	return NT_STATUS_OK;
}

struct note_state {
	const struct session_targets *targets;
	struct durable_opens *opens;
	NTSTATUS status;
};

static int note_record(struct db_record *record, void *private_data)
{
	struct note_state *state = private_data;
	const struct smbXsrv_open_global0 *open = NULL;
	TALLOC_CTX *frame = talloc_new(NULL);

	if (frame == NULL) {
		state->status = NT_STATUS_NO_MEMORY;
		return -1;
	}
	state->status = open_record_decode(frame,
					   dbwrap_record_get_value(record),
					   &open);
	if (NT_STATUS_EQUAL(state->status, NT_STATUS_NOT_FOUND)) {
		state->status = NT_STATUS_OK;
	} else if (NT_STATUS_IS_OK(state->status) && open->durable &&
		   is_awaited(&open->server_id,
			      &open->open_owner,
			      state->targets)) {
		state->status = add(state->opens, open);
	}
	talloc_free(frame);
	return NT_STATUS_IS_OK(state->status) ? 0 : -1;
}

static NTSTATUS open_databases(struct durable_opens *opens)
{
	NTSTATUS status = open_records_db(opens, &opens->db);

	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	return file_open_locks_db(opens, &opens->locks);
}

NTSTATUS durable_opens_note(TALLOC_CTX *mem_ctx,
			    const struct session_targets *targets,
			    struct durable_opens **popens)
{
	struct durable_opens *opens =
		talloc_zero(mem_ctx, struct durable_opens);
	struct note_state state = {
		.targets = targets,
		.opens = opens,
		.status = NT_STATUS_OK,
	};
	NTSTATUS status;

	if (opens == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	status = open_databases(opens);
	if (NT_STATUS_IS_OK(status)) {
		status = dbwrap_traverse_read(opens->db,
					      note_record,
					      &state,
					      NULL);
	}
	if (!NT_STATUS_IS_OK(state.status)) {
		status = state.status;
	}
	if (!NT_STATUS_IS_OK(status)) {
		talloc_free(opens);
		return status;
	}
	*popens = opens;
	return NT_STATUS_OK;
}

struct end_state {
	struct durable_open *open;
	NTSTATUS status;
};

/* Without its record the open cannot be reclaimed. */
static void end_record(struct db_record *record,
		       TDB_DATA value,
		       void *private_data)
{
	struct end_state *state = private_data;
	struct durable_open *noted = state->open;
	const struct smbXsrv_open_global0 *open = NULL;
	TALLOC_CTX *frame = talloc_new(NULL);

	if (frame == NULL) {
		state->status = NT_STATUS_NO_MEMORY;
		return;
	}
	state->status = open_record_decode(frame, value, &open);
	if (NT_STATUS_EQUAL(state->status, NT_STATUS_NOT_FOUND) ||
	    (open != NULL &&
	     open->open_persistent_id != noted->open.persistent_id)) {
		noted->state = DURABLE_ENDED;
		state->status = NT_STATUS_OK;
	} else if (open != NULL &&
		   server_id_is_disconnected(&open->server_id)) {
		noted->file_known = file_of(frame, open, &noted->file);
		state->status = dbwrap_record_delete(record);
		noted->state = NT_STATUS_IS_OK(state->status)
				       ? DURABLE_ENDED
				       : DURABLE_CONNECTED;
	} else if (open != NULL &&
		   (open->open_volatile_id != noted->volatile_id ||
		    !server_id_equal(&open->server_id, &noted->open.owner))) {
		noted->state = DURABLE_RECLAIMED;
	}
	talloc_free(frame);
}

/*
 * What goes wrong here leaves an open behind that times out by itself, as
 * stock Samba has it.
 */
static NTSTATUS end_open(struct durable_opens *opens, struct durable_open *open)
{
	struct end_state state = {.open = open, .status = NT_STATUS_OK};
	uint8_t id[4];
	TDB_DATA key = {.dptr = id, .dsize = sizeof(id)};
	NTSTATUS status;

	RSIVAL(id, 0, open->global_id);

	status = dbwrap_do_locked(opens->db, key, end_record, &state);
	if (NT_STATUS_IS_OK(status)) {
		status = state.status;
	}
	if (NT_STATUS_IS_OK(status) && open->file_known) {
		status = file_open_end(opens->locks, open->file, &open->open);
	}
	if (!NT_STATUS_IS_OK(status)) {
		DBG_WARNING("durable open 0x%08x is left behind: %s\n",
			    open->global_id,
			    nt_errstr(status));
	}
	return status;
}

NTSTATUS durable_opens_end(struct durable_opens *opens,
			   const struct session_targets *targets)
{
	for (size_t i = 0; i < opens->num; i++) {
		struct durable_open *open = &opens->list[i];
		NTSTATUS status;

		if (open->state != DURABLE_CONNECTED) {
			continue;
		}
		status = end_open(opens, open);
		if (NT_STATUS_EQUAL(status, NT_STATUS_NO_MEMORY)) {
			return status;
		}
		if (open->state == DURABLE_CONNECTED &&
		    !is_awaited(&open->open.owner, &open->user, targets)) {
			open->state = DURABLE_FOREIGN;
		}
	}
	return NT_STATUS_OK;
}

bool durable_opens_pending(const struct durable_opens *opens)
{
	for (size_t i = 0; i < opens->num; i++) {
		if (opens->list[i].state == DURABLE_CONNECTED) {
			return true;
		}
	}
	return false;
}

size_t durable_opens_reclaimed(const struct durable_opens *opens)
{
	size_t reclaimed = 0;

	for (size_t i = 0; i < opens->num; i++) {
		if (opens->list[i].state == DURABLE_RECLAIMED) {
			reclaimed += 1;
		}
	}
	return reclaimed;
}
