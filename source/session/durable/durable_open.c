/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Durable opens of closed sessions: noted before the close, ended after it. */

#include "durable_open.h"

#include "lib/dbwrap/dbwrap.h"
#include "lib/util/debug.h"
#include "lib/util/server_id.h"
#include "lib/util/time.h"
#include "libcli/security/dom_sid.h"
#include "librpc/gen_ndr/ndr_misc.h"

#include "source/session/tables/open_table.h"

#include "durable_owner.h"
#include "open_cleanup.h"

struct durable_table {
	struct open_table *opens;
	struct db_context *locks;
	struct session_table *sessions;
	struct share_lock_limit *limit;
};

enum durable_state {
	/* connected, or disconnected and not known whose it was */
	DURABLE_CONNECTED,
	/* of a closed session, and can be reclaimed */
	DURABLE_DISCONNECTED,
	/* cannot be reclaimed, but its file still has its entries */
	DURABLE_ON_FILE,
	/* nothing is left of it */
	DURABLE_ENDED,
	/* its client has reclaimed it */
	DURABLE_RECLAIMED,
	/* of another session */
	DURABLE_FOREIGN,
};

struct durable_open {
	uint32_t global_id;
	struct file_open open;
	struct dom_sid user;
	/* changes each time the open is reclaimed */
	uint64_t volatile_id;
	struct file_id file;
	bool file_known;
	enum durable_state state;
};

struct durable_opens {
	const struct durable_table *table;
	struct durable_owners owners;
	struct durable_open *list;
	size_t num;
	NTSTATUS failure;
};

NTSTATUS durable_table_open(TALLOC_CTX *mem_ctx,
			    struct session_table *sessions,
			    struct share_lock_limit *limit,
			    struct durable_table **ptable)
{
	struct durable_table *table = talloc(mem_ctx, struct durable_table);
	NTSTATUS status;

	if (table == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	*table = (struct durable_table){
		.sessions = sessions,
		.limit = limit,
	};
	status = open_table_open(table, &table->opens);
	if (NT_STATUS_IS_OK(status)) {
		status = open_cleanup_locks_db(table, &table->locks);
	}
	if (!NT_STATUS_IS_OK(status)) {
		talloc_free(table);
		return status;
	}
	*ptable = table;
	return NT_STATUS_OK;
}

/* smbd may reuse the id of an open that has ended. */
static bool is_same(const struct durable_open *noted,
		    const struct smbXsrv_open_global *open)
{
	return noted->open.open_time == open->open_time &&
	       dom_sid_equal(&noted->user, &open->open_owner);
}

static NTSTATUS add_open(struct durable_opens *opens,
			 const struct durable_owner *owner,
			 const struct smbXsrv_open_global *open)
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
				.owner = owner->smbd,
				.open_time = open->open_time,
			},
		.user = open->open_owner,
		.volatile_id = open->open_volatile_id,
	};
	added->file_known = open_table_file(open, &added->file);
	return NT_STATUS_OK;
}

struct note_state {
	struct durable_opens *opens;
	const struct session_targets *targets;
};

/* Is it known to belong to a session that is not closed? */
static bool is_foreign(const struct session_targets *targets,
		       const struct smbXsrv_open_global *open)
{
	const uint64_t session = open_session(open);

	for (size_t i = 0; i < targets->num; i++) {
		if (targets->list[i].key.global_id == session) {
			return false;
		}
	}
	return session != 0;
}

static NTSTATUS note_open(const struct smbXsrv_open_global *open,
			  void *private_data)
{
	const struct note_state *state = private_data;
	struct durable_opens *opens = state->opens;
	const struct durable_owner *owner =
		durable_owners_find(&opens->owners,
				    &open->server_id,
				    &open->open_owner);

	if (owner == NULL || !open->durable ||
	    is_foreign(state->targets, open)) {
		return NT_STATUS_OK;
	}
	return add_open(opens, owner, open);
}

static NTTIME current_time(void)
{
	const struct timeval time = timeval_current();

	return timeval_to_nttime(&time);
}

static bool has_own(const struct session_targets *targets)
{
	for (size_t i = 0; i < targets->num; i++) {
		if (targets->list[i].fate == SESSION_OWN) {
			return true;
		}
	}
	return false;
}

static NTSTATUS note_opens(struct durable_opens *opens,
			   const struct session_targets *targets)
{
	struct note_state state = {
		.opens = opens,
		.targets = targets,
	};
	bool alone = !targets->other_clients && !has_own(targets);
	NTSTATUS status;

	status = durable_owners_add(opens,
				    &opens->owners,
				    targets,
				    current_time());
	if (NT_STATUS_IS_OK(status)) {
		status =
			open_table_walk(opens->table->opens, note_open, &state);
	}
	if (!NT_STATUS_IS_OK(status) || alone || opens->num == 0) {
		return status;
	}
	return durable_owners_note_others(opens,
					  &opens->owners,
					  opens->table->sessions,
					  targets);
}

NTSTATUS durable_opens_note(TALLOC_CTX *mem_ctx,
			    const struct durable_table *table,
			    const struct session_targets *targets,
			    struct durable_opens **opens)
{
	*opens = talloc_zero(mem_ctx, struct durable_opens);
	if (*opens == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	(*opens)->table = table;
	return note_opens(*opens, targets);
}

/* What has become of an open. */
struct found {
	const struct durable_open *noted;
	enum durable_state state;
	NTTIME disconnected;
};

static NTSTATUS compare_with_record(const struct smbXsrv_open_global *open,
				    void *private_data)
{
	struct found *found = private_data;
	const struct durable_open *noted = found->noted;

	if (!is_same(noted, open)) {
		found->state = DURABLE_ENDED;
	} else if (server_id_is_disconnected(&open->server_id)) {
		found->state = DURABLE_DISCONNECTED;
		found->disconnected = open->disconnect_time;
	} else if (open->open_volatile_id != noted->volatile_id ||
		   !server_id_equal(&open->server_id, &noted->open.owner)) {
		found->state = DURABLE_RECLAIMED;
	} else {
		found->state = DURABLE_CONNECTED;
	}
	return NT_STATUS_OK;
}

/*
 * The record is gone, but smbd may have left the open's entries on its file:
 * 4.22 does when it cannot keep an open of a client that has several opens with
 * locks there.
 */
static void note_ended(struct durable_open *open)
{
	open->state = open->file_known ? DURABLE_ON_FILE : DURABLE_ENDED;
}

/* It was connected: is it disconnected now, and whose was it? */
static NTSTATUS look_at(struct durable_opens *opens, struct durable_open *open)
{
	struct durable_owner *owner = durable_owners_find(&opens->owners,
							  &open->open.owner,
							  &open->user);
	struct found found = {.noted = open, .state = DURABLE_ENDED};
	enum durable_claim claim;
	NTSTATUS status = open_table_lookup(opens->table->opens,
					    open->global_id,
					    compare_with_record,
					    &found);

	if (NT_STATUS_EQUAL(status, NT_STATUS_NOT_FOUND)) {
		status = NT_STATUS_OK;
	}
	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	if (found.state == DURABLE_CONNECTED) {
		open->state =
			owner->awaited ? DURABLE_CONNECTED : DURABLE_FOREIGN;
		return NT_STATUS_OK;
	}
	/* after the open: a session that is still there did not lose it */
	status = durable_owner_look_for_others(owner, opens->table->sessions);
	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	claim = found.state == DURABLE_DISCONNECTED
			? durable_owner_claim(owner, found.disconnected)
			: DURABLE_TARGETS;
	if (found.state == DURABLE_RECLAIMED && owner->other_gone) {
		claim = DURABLE_OTHERS;
	}
	if (found.state == DURABLE_ENDED) {
		note_ended(open);
	} else if (claim == DURABLE_TARGETS) {
		open->state = found.state;
	} else if (claim == DURABLE_OTHERS) {
		open->state = DURABLE_FOREIGN;
	}
	return NT_STATUS_OK;
}

static bool may_delete(const struct smbXsrv_open_global *open,
		       void *private_data)
{
	struct found *found = private_data;

	return NT_STATUS_IS_OK(compare_with_record(open, found)) &&
	       found->state == DURABLE_DISCONNECTED;
}

/* Without its record the open cannot be reclaimed. */
static NTSTATUS end_record(const struct durable_opens *opens,
			   struct durable_open *open)
{
	struct found found = {.noted = open, .state = DURABLE_ENDED};
	NTSTATUS status = open_table_delete(opens->table->opens,
					    open->global_id,
					    may_delete,
					    &found);

	if (NT_STATUS_EQUAL(status, NT_STATUS_NOT_FOUND)) {
		status = NT_STATUS_OK;
	}
	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	if (found.state == DURABLE_CONNECTED ||
	    found.state == DURABLE_RECLAIMED) {
		open->state = found.state;
		return NT_STATUS_OK;
	}
	note_ended(open);
	return NT_STATUS_OK;
}

/* Take as many steps to end an open as are possible now. */
static NTSTATUS end_open(struct durable_opens *opens, struct durable_open *open)
{
	NTSTATUS status = NT_STATUS_OK;

	if (open->state == DURABLE_CONNECTED) {
		status = look_at(opens, open);
	}
	if (NT_STATUS_IS_OK(status) && open->state == DURABLE_DISCONNECTED) {
		status = end_record(opens, open);
	}
	if (NT_STATUS_IS_OK(status) && open->state == DURABLE_ON_FILE) {
		status = open_cleanup(opens->table->locks,
				      opens->table->limit,
				      open->file,
				      &open->open);
		if (NT_STATUS_IS_OK(status)) {
			open->state = DURABLE_ENDED;
		}
	}
	return status;
}

NTSTATUS durable_opens_end(struct durable_opens *opens,
			   const struct session_targets *targets)
{
	durable_owners_look(&opens->owners, targets, current_time());
	opens->failure = NT_STATUS_OK;

	for (size_t i = 0; i < opens->num; i++) {
		NTSTATUS status = end_open(opens, &opens->list[i]);

		if (NT_STATUS_IS_OK(status)) {
			continue;
		}
		DBG_INFO("cannot end durable open 0x%08x yet: %s\n",
			 opens->list[i].global_id,
			 nt_errstr(status));
		opens->failure = status;
		if (NT_STATUS_EQUAL(status, NT_STATUS_NO_MEMORY)) {
			break;
		}
	}
	if (NT_STATUS_EQUAL(opens->failure, NT_STATUS_NO_MEMORY)) {
		return NT_STATUS_NO_MEMORY;
	}
	return NT_STATUS_OK;
}

NTSTATUS durable_opens_left(const struct durable_opens *opens)
{
	return opens->failure;
}

static size_t count_opens(const struct durable_opens *opens,
			  enum durable_state state)
{
	size_t num = 0;

	for (size_t i = 0; i < opens->num; i++) {
		num += opens->list[i].state == state;
	}
	return num;
}

bool durable_opens_pending(const struct durable_opens *opens)
{
	return count_opens(opens, DURABLE_CONNECTED) != 0;
}

size_t durable_opens_reclaimed(const struct durable_opens *opens)
{
	return count_opens(opens, DURABLE_RECLAIMED);
}
