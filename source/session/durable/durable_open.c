/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Durable opens of sessions that are closed: noted before, ended after. */

#include "durable_open.h"

#include "lib/util/debug.h"
#include "lib/util/server_id.h"

#include "source/session/tables/open_table.h"

#include "durable_stayers.h"
#include "open_cleanup.h"

struct durable_table {
	struct open_table *opens;
	struct db_context *locks;
	struct session_table *sessions;
	struct share_lock_limit *limit;
};

enum durable_state {
	/* still with its smbd */
	DURABLE_CONNECTED,
	/* can be reclaimed; whose it is will be proven */
	DURABLE_DISCONNECTED,
	/* the same, and the ping for the proof was sent */
	DURABLE_AWAITS_PROOF,
	/* a closed session's, and can be reclaimed */
	DURABLE_PROVEN,
	/* cannot be reclaimed, but is still on its file */
	DURABLE_ON_FILE,
	/* no open any more */
	DURABLE_ENDED,
	/* of a session that stays */
	DURABLE_FOREIGN,
	/* reclaimed by its client, or nobody can say whose it is */
	DURABLE_IN_DOUBT,
};

struct durable_open {
	uint32_t global_id;
	/* its place in the list of smbds */
	size_t smbd;
	struct file_open open;
	/* another one each time that it is reclaimed */
	uint64_t volatile_id;
	/* Samba has its session on record, and that is closed */
	bool recorded;
	struct file_id file;
	bool file_known;
	enum durable_state state;
};

struct durable_opens {
	const struct durable_table *table;
	struct durable_smbds smbds;
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

/* Is it the open that was noted, connected or not? */
static bool is_same(const struct durable_open *noted,
		    const struct smbXsrv_open_global *open)
{
	return noted->open.persistent_id == open->open_persistent_id &&
	       noted->open.open_time == open->open_time;
}

static bool add_open(struct durable_opens *opens,
		     const struct smbXsrv_open_global *open,
		     size_t smbd)
{
	struct durable_open *list = talloc_realloc(opens,
						   opens->list,
						   struct durable_open,
						   opens->num + 1);
	struct durable_open *added = NULL;

	if (list == NULL) {
		return false;
	}
	opens->list = list;
	added = &list[opens->num++];
	*added = (struct durable_open){
		.global_id = open->open_global_id,
		.smbd = smbd,
		.open =
			{
				.persistent_id = open->open_persistent_id,
				.owner = open->server_id,
				.open_time = open->open_time,
			},
		.volatile_id = open->open_volatile_id,
		.recorded = open_session(open) != 0,
	};
	added->file_known = open_table_file(open, &added->file);
	return true;
}

struct note_state {
	struct durable_opens *opens;
	const struct session_targets *targets;
	/* the smbds of the targets, sorted */
	struct server_id *owners;
};

static int compare_owners(const void *a, const void *b)
{
	return server_id_cmp(a, b);
}

/* Does its record say that it is of a session that stays? */
static bool is_foreign(const struct session_targets *targets,
		       const struct smbXsrv_open_global *open)
{
	const uint64_t session = open_session(open);

	if (session == 0) {
		return false;
	}
	for (size_t i = 0; i < targets->num; i++) {
		if (targets->list[i].key.global_id == session) {
			return false;
		}
	}
	return true;
}

static NTSTATUS note_open(const struct smbXsrv_open_global *open,
			  void *private_data)
{
	const struct note_state *state = private_data;
	struct durable_opens *opens = state->opens;
	size_t smbd;

	if (!open->durable ||
	    bsearch(&open->server_id,
		    state->owners,
		    state->targets->num,
		    sizeof(*state->owners),
		    compare_owners) == NULL ||
	    is_foreign(state->targets, open)) {
		return NT_STATUS_OK;
	}
	if (!durable_smbds_add(opens, &opens->smbds, &open->server_id, &smbd) ||
	    !add_open(opens, open, smbd)) {
		return NT_STATUS_NO_MEMORY;
	}
	return NT_STATUS_OK;
}

static NTSTATUS walk_opens(struct durable_opens *opens,
			   const struct session_targets *targets)
{
	struct note_state state = {
		.opens = opens,
		.targets = targets,
		.owners = talloc_array(opens, struct server_id, targets->num),
	};
	NTSTATUS status;

	if (state.owners == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	for (size_t i = 0; i < targets->num; i++) {
		state.owners[i] = targets->list[i].owner;
	}
	qsort(state.owners,
	      targets->num,
	      sizeof(*state.owners),
	      compare_owners);
	status = open_table_walk(opens->table->opens, note_open, &state);
	talloc_free(state.owners);
	return status;
}

/* What has become of an open. */
struct found {
	const struct durable_open *noted;
	enum durable_state state;
};

static NTSTATUS compare_with_record(const struct smbXsrv_open_global *open,
				    void *private_data)
{
	struct found *found = private_data;
	const struct durable_open *noted = found->noted;

	if (!is_same(noted, open)) {
		found->state = DURABLE_ENDED;
		return NT_STATUS_OK;
	}
	/* reclaimed, unless nothing has changed or it is disconnected */
	found->state = DURABLE_IN_DOUBT;
	if (open->open_volatile_id != noted->volatile_id) {
		return NT_STATUS_OK;
	}
	if (server_id_is_disconnected(&open->server_id)) {
		found->state = DURABLE_DISCONNECTED;
	} else if (server_id_equal(&open->server_id, &noted->open.owner)) {
		found->state = DURABLE_CONNECTED;
	}
	return NT_STATUS_OK;
}

static NTSTATUS look_up(const struct durable_opens *opens,
			const struct durable_open *open,
			enum durable_state *state)
{
	struct found found = {.noted = open, .state = DURABLE_ENDED};
	NTSTATUS status = open_table_lookup(opens->table->opens,
					    open->global_id,
					    compare_with_record,
					    &found);

	*state = found.state;
	return NT_STATUS_EQUAL(status, NT_STATUS_NOT_FOUND) ? NT_STATUS_OK
							    : status;
}

/*
 * Keep only those that are still connected after the sessions of their smbds
 * were listed: an open that was lost before is nobody's of these sessions.
 */
static NTSTATUS keep_connected(struct durable_opens *opens)
{
	size_t kept = 0;

	for (size_t i = 0; i < opens->num; i++) {
		enum durable_state state;
		NTSTATUS status = look_up(opens, &opens->list[i], &state);

		if (!NT_STATUS_IS_OK(status)) {
			opens->num = 0;
			return status;
		}
		if (state == DURABLE_CONNECTED) {
			opens->list[kept++] = opens->list[i];
		}
	}
	opens->num = kept;
	return NT_STATUS_OK;
}

static NTSTATUS note_opens(struct durable_opens *opens,
			   const struct session_targets *targets)
{
	NTSTATUS status = walk_opens(opens, targets);

	for (int i = 0; i < 2 && NT_STATUS_IS_OK(status) && opens->num != 0;
	     i++) {
		status = durable_smbds_add_stayers(opens,
						   &opens->smbds,
						   opens->table->sessions,
						   targets);
	}
	if (!NT_STATUS_IS_OK(status)) {
		opens->num = 0;
		return status;
	}
	return keep_connected(opens);
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

/*
 * Its record is gone. smbd may have left it on its file all the same: 4.22 does
 * where it cannot keep the open of a client that has several with locks there.
 */
static void note_ended(struct durable_open *open)
{
	open->state = open->file_known ? DURABLE_ON_FILE : DURABLE_ENDED;
}

/* Where nobody stays, all that was connected there is the targets'. */
static bool needs_proof(const struct durable_smbd *smbd,
			const struct durable_open *open)
{
	return !open->recorded && (smbd->num_stayers != 0 || smbd->doubtful);
}

/* It was connected: is it disconnected now? */
static NTSTATUS look_at(struct durable_opens *opens, struct durable_open *open)
{
	struct durable_smbd *smbd = &opens->smbds.list[open->smbd];
	enum durable_state state;
	NTSTATUS status = look_up(opens, open, &state);

	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	switch (state) {
	case DURABLE_CONNECTED:
		/* no session that was closed there has it */
		if (smbd->awaited == 0) {
			open->state = DURABLE_FOREIGN;
		}
		break;
	case DURABLE_DISCONNECTED:
		if (needs_proof(smbd, open)) {
			open->state = DURABLE_DISCONNECTED;
			smbd->disconnected += 1;
		} else {
			open->state = DURABLE_PROVEN;
		}
		break;
	case DURABLE_ENDED:
		note_ended(open);
		break;
	default:
		open->state = DURABLE_IN_DOUBT;
		break;
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

	if (!NT_STATUS_IS_OK(status) &&
	    !NT_STATUS_EQUAL(status, NT_STATUS_NOT_FOUND)) {
		return status;
	}
	if (found.state == DURABLE_DISCONNECTED ||
	    found.state == DURABLE_ENDED) {
		note_ended(open);
	} else {
		open->state = DURABLE_IN_DOUBT;
	}
	return NT_STATUS_OK;
}

/* One step after the other, as far as it goes. */
static NTSTATUS end_open(struct durable_opens *opens, struct durable_open *open)
{
	const struct durable_smbd *smbd = &opens->smbds.list[open->smbd];
	NTSTATUS status = NT_STATUS_OK;

	/* smbd disconnects it when its session ends */
	if (open->state == DURABLE_CONNECTED &&
	    smbd->awaited != smbd->awaited_before) {
		status = look_at(opens, open);
	}
	if (NT_STATUS_IS_OK(status) && open->state == DURABLE_PROVEN) {
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

NTSTATUS durable_opens_look(struct durable_opens *opens)
{
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
			return status;
		}
	}
	for (size_t i = 0;
	     NT_STATUS_IS_OK(opens->failure) && i < opens->smbds.num;
	     i++) {
		struct durable_smbd *smbd = &opens->smbds.list[i];

		smbd->awaited_before = smbd->awaited;
	}
	return NT_STATUS_OK;
}

void durable_opens_set_awaited(struct durable_opens *opens,
			       size_t smbd,
			       size_t awaited)
{
	opens->smbds.list[smbd].awaited = awaited;
}

size_t durable_opens_num_smbds(const struct durable_opens *opens)
{
	return opens->smbds.num;
}

const struct server_id *durable_opens_smbd(const struct durable_opens *opens,
					   size_t smbd)
{
	return &opens->smbds.list[smbd].id;
}

/* Those of one smbd that are in one state get into another. */
static void change_state(struct durable_opens *opens,
			 size_t smbd,
			 enum durable_state from,
			 enum durable_state to)
{
	for (size_t i = 0; i < opens->num; i++) {
		struct durable_open *open = &opens->list[i];

		if (open->state == from && open->smbd == smbd) {
			open->state = to;
		}
	}
}

bool durable_opens_want_proof(const struct durable_opens *opens, size_t smbd)
{
	return opens->smbds.list[smbd].disconnected != 0;
}

void durable_opens_begin_proof(struct durable_opens *opens, size_t smbd)
{
	opens->smbds.list[smbd].disconnected = 0;
	change_state(opens, smbd, DURABLE_DISCONNECTED, DURABLE_AWAITS_PROOF);
}

NTSTATUS durable_opens_end_proof(struct durable_opens *opens, size_t smbd)
{
	struct durable_smbd *of = &opens->smbds.list[smbd];
	NTSTATUS status =
		durable_smbd_check_stayers(of, opens->table->sessions);

	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	change_state(opens,
		     smbd,
		     DURABLE_AWAITS_PROOF,
		     of->doubtful ? DURABLE_IN_DOUBT : DURABLE_PROVEN);
	return NT_STATUS_OK;
}

void durable_opens_fail_proof(struct durable_opens *opens, size_t smbd)
{
	opens->smbds.list[smbd].disconnected = 0;
	change_state(opens, smbd, DURABLE_DISCONNECTED, DURABLE_IN_DOUBT);
	change_state(opens, smbd, DURABLE_AWAITS_PROOF, DURABLE_IN_DOUBT);
}

NTSTATUS durable_opens_left(const struct durable_opens *opens)
{
	return opens->failure;
}

bool durable_opens_pending(const struct durable_opens *opens)
{
	for (size_t i = 0; i < opens->num; i++) {
		switch (opens->list[i].state) {
		case DURABLE_CONNECTED:
		case DURABLE_DISCONNECTED:
		case DURABLE_AWAITS_PROOF:
		case DURABLE_PROVEN:
		case DURABLE_ON_FILE:
			return true;
		case DURABLE_ENDED:
		case DURABLE_FOREIGN:
		case DURABLE_IN_DOUBT:
			break;
		}
	}
	return false;
}

size_t durable_opens_in_doubt(const struct durable_opens *opens)
{
	size_t num = 0;

	for (size_t i = 0; i < opens->num; i++) {
		num += opens->list[i].state == DURABLE_IN_DOUBT;
	}
	return num;
}
