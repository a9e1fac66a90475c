/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Close sessions: ask their smbds, wait until the records are gone. */

#include "session_close.h"

#include "lib/util/debug.h"
#include "lib/util/tevent_ntstatus.h"
#include "lib/util/time.h"
#include "librpc/ndr/libndr.h"
#include "source3/include/messages.h"

#include "source/session/durable/durable_open.h"
#include "source/session/tables/session_owner.h"

#include "smbd_ping.h"

/* The pause between two looks at the table, in microseconds. */
#define PAUSE_MIN 1000
#define PAUSE_MAX 50000

/* Microseconds that an smbd on another node has to answer after a close. */
#define SILENCE_MAX 100000

/* Microseconds until a close that may have been lost is sent again. */
#define ASK_AGAIN 1000000

NTSTATUS session_close_ask(const struct session_table *table,
			   const struct session_target *target)
{
	struct smbXsrv_session_close wanted = {
		.old_session_global_id = target->key.global_id,
		.old_session_wire_id = target->key.wire_id,
		.old_creation_time = target->key.creation_time,
	};
	struct smbXsrv_session_closeB message = {
		.version = target->version,
		.info = {.SMBXSRV_INFO = &wanted},
	};
	DATA_BLOB blob = {.length = 0};
	enum ndr_err_code err;
	NTSTATUS status;

	err = ndr_push_struct_blob(&blob,
				   NULL,
				   &message,
				   (ndr_push_flags_fn_t)
					   ndr_push_smbXsrv_session_closeB);
	if (!NDR_ERR_CODE_IS_SUCCESS(err)) {
		return ndr_map_error2ntstatus(err);
	}
	status = messaging_send(session_table_messaging(table),
				target->owner,
				MSG_SMBXSRV_SESSION_CLOSE,
				&blob);
	data_blob_free(&blob);
	return status;
}

/*
 * The table is polled, never written. A watch on each record would write into
 * it, be left behind if this worker is killed, and wake only the first watcher,
 * so a timer would still be needed.
 */
struct session_close_state {
	struct tevent_context *ev;
	struct session_table *table;
	struct session_targets *targets;
	struct timeval start;
	struct timeval end;
	/* NULL if durable opens are not ended */
	struct durable_opens *opens;
	/* why some of them may have been missed */
	NTSTATUS unnoted;
	/* all targets before this one are settled */
	size_t next;
	/* some targets could not be asked yet */
	bool unasked;
	/* some targets wait for their turn, see may_ask() */
	bool paced;
	struct timeval asked;
	/* of smbds on other nodes; NULL until there are any */
	struct smbd_pings *pings;
	/* all targets are settled: do the nodes still answer? */
	bool confirming;
	/* nothing is left to be done */
	bool over;
	void (*progress)(void *private_data);
	void *private_data;
};

static void session_close_look(struct tevent_req *req);
static void session_close_woken(struct tevent_req *subreq);

/*
 * An smbd that gets several of these messages through CTDB while it waits for a
 * record can lose all but the first (seen in 4.17). So an smbd on another node
 * gets the next one when it has answered the ping after the last one.
 */
static bool may_ask(const struct session_close_state *state,
		    const struct server_id *owner)
{
	struct timeval age;

	return state->pings == NULL ||
	       smbd_ping_get(state->pings, owner, &age) != PING_SENT ||
	       age.tv_sec != 0 || age.tv_usec > SILENCE_MAX;
}

static NTSTATUS want_ping(struct session_close_state *state,
			  const struct server_id *owner,
			  bool whole_node)
{
	if (state->pings == NULL) {
		state->pings = smbd_pings_create(state,
						 session_table_messaging(
							 state->table));
	}
	if (state->pings == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	return smbd_ping_send(state->pings, owner, whole_node);
}

static NTSTATUS ask_owner(struct session_close_state *state,
			  struct session_target *target)
{
	NTSTATUS status = session_close_ask(state->table, target);

	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	target->fate = SESSION_ASKED;
	target->ask_again = false;
	if (!session_owner_is_remote(&target->owner) ||
	    state->targets->num == 1) {
		return NT_STATUS_OK;
	}
	return want_ping(state, &target->owner, false);
}

/*
 * If a close cannot be sent now, it is tried again before the next look: the
 * obstacle may pass, or the smbd may be gone by then.
 */
static NTSTATUS ask_all(struct session_close_state *state)
{
	state->unasked = state->paced = false;
	state->asked = tevent_timeval_current();

	for (size_t i = 0; i < state->targets->num; i++) {
		struct session_target *target = &state->targets->list[i];
		NTSTATUS status;

		if (target->fate != SESSION_NOT_ASKED && !target->ask_again) {
			continue;
		}
		if (!may_ask(state, &target->owner)) {
			state->unasked = state->paced = true;
			continue;
		}
		status = ask_owner(state, target);
		if (NT_STATUS_EQUAL(status, NT_STATUS_NO_MEMORY)) {
			return status;
		}
		if (NT_STATUS_IS_OK(status)) {
			continue;
		}
		state->unasked = true;
		DBG_INFO("cannot ask smbd %u to close session 0x%08x: %s\n",
			 (unsigned)target->owner.pid,
			 target->key.global_id,
			 nt_errstr(status));
	}
	return NT_STATUS_OK;
}

/* Messages of other callers may have displaced a close, see may_ask(). */
static void ask_remote_again(struct session_close_state *state)
{
	const struct timeval now = tevent_timeval_current();
	const struct timeval due =
		tevent_timeval_add(&state->asked, 0, ASK_AGAIN);

	if (state->unasked || tevent_timeval_compare(&now, &due) < 0) {
		return;
	}
	for (size_t i = 0; i < state->targets->num; i++) {
		struct session_target *target = &state->targets->list[i];

		if (target->fate == SESSION_ASKED &&
		    session_owner_is_remote(&target->owner)) {
			target->ask_again = true;
			state->unasked = true;
		}
	}
}

/*
 * After an error the sessions are still closed: what is left behind is what
 * stock Samba leaves, and the answer reports it. If the records have another
 * layout, every answer would, so that is only logged.
 */
static NTSTATUS note_durable(struct session_close_state *state,
			     const struct session_close_options *how)
{
	NTSTATUS status;

	state->opens = talloc_steal(state, how->opens);
	if (how->durable == NULL || state->opens != NULL) {
		return NT_STATUS_OK;
	}
	status = durable_opens_note(state,
				    how->durable,
				    state->targets,
				    &state->opens);
	if (NT_STATUS_IS_OK(status) ||
	    NT_STATUS_EQUAL(status, NT_STATUS_NO_MEMORY)) {
		return status;
	}
	DBG_WARNING("durable opens are not ended: %s\n", nt_errstr(status));
	if (!NT_STATUS_EQUAL(status, NT_STATUS_REVISION_MISMATCH)) {
		state->unnoted = status;
	}
	return NT_STATUS_OK;
}

struct tevent_req *session_close_here_send(
	TALLOC_CTX *mem_ctx,
	struct tevent_context *ev,
	struct session_table *table,
	struct session_targets *targets,
	const struct session_close_options *how)
{
	struct tevent_req *req = NULL;
	struct session_close_state *state = NULL;

	req = tevent_req_create(mem_ctx, &state, struct session_close_state);
	if (req == NULL) {
		return NULL;
	}
	state->ev = ev;
	state->table = table;
	state->targets = targets;
	state->start = tevent_timeval_current();
	state->end = tevent_timeval_add(&state->start,
					how->limit.tv_sec,
					how->limit.tv_usec);
	state->unasked = true;
	state->unnoted = NT_STATUS_OK;
	state->progress = how->progress;
	state->private_data = how->private_data;

	if (tevent_req_nterror(req, note_durable(state, how))) {
		return tevent_req_post(req, ev);
	}
	session_close_look(req);
	if (!tevent_req_is_in_progress(req)) {
		return tevent_req_post(req, ev);
	}
	return req;
}

/* Has the session ended? If so, sets its fate. */
static NTSTATUS settle_target(struct session_table *table,
			      struct session_target *target,
			      bool *settled)
{
	bool exists = true;
	NTSTATUS status;

	*settled = true;
	if (target->fate == SESSION_OWN || target->fate == SESSION_GONE ||
	    target->fate == SESSION_OWNER_DIED) {
		return NT_STATUS_OK;
	}
	status = session_table_lookup(table, &target->key, &exists);
	if (NT_STATUS_EQUAL(status, NT_STATUS_NO_MEMORY)) {
		return status;
	}
	if (NT_STATUS_IS_OK(status) && !exists) {
		target->fate = SESSION_GONE;
		return NT_STATUS_OK;
	}
	if (session_owner_died(&target->owner)) {
		target->fate = SESSION_OWNER_DIED;
		return NT_STATUS_OK;
	}
	*settled = false;
	return NT_STATUS_OK;
}

static uint64_t microseconds(struct timeval from, struct timeval to)
{
	struct timeval time = tevent_timeval_until(&from, &to);

	return time.tv_sec * 1000000ULL + time.tv_usec;
}

/*
 * The pause is a sixteenth of the time waited so far, at most 50 ms: quick for
 * one session, cheap for an smbd that hangs. It is at least as long as the last
 * look, which leaves time for other calls.
 */
static struct timeval next_look(const struct session_close_state *state,
				struct timeval look)
{
	struct timeval now = tevent_timeval_current();
	uint64_t pause = microseconds(state->start, now) / 16;
	struct timeval next;

	pause = MAX(pause, PAUSE_MIN);
	pause = MIN(pause, state->paced ? PAUSE_MIN : PAUSE_MAX);
	pause = MAX(pause, microseconds(look, now));
	next = tevent_timeval_add(&now, 0, pause);
	return tevent_timeval_compare(&next, &state->end) < 0 ? next
							      : state->end;
}

/*
 * Checks targets up to the first one that is not settled: the answer needs all
 * of them. The last look checks all, so that each gets its fate, and so does a
 * look that durable opens need.
 */
static NTSTATUS settle_all(struct session_close_state *state,
			   bool all,
			   bool *all_settled)
{
	*all_settled = true;

	for (size_t i = state->next; i < state->targets->num; i++) {
		bool settled;
		NTSTATUS status = settle_target(state->table,
						&state->targets->list[i],
						&settled);

		if (!NT_STATUS_IS_OK(status)) {
			return status;
		}
		if (settled) {
			continue;
		}
		if (*all_settled) {
			state->next = i;
		}
		*all_settled = false;
		if (!all) {
			return NT_STATUS_OK;
		}
	}
	return NT_STATUS_OK;
}

/* Does any process on the owner's node still answer? */
static NTSTATUS confirm_owner(struct session_close_state *state,
			      const struct server_id *owner,
			      bool *confirmed)
{
	enum smbd_ping_state ping = PING_NOT_SENT;

	if (state->confirming && state->pings != NULL) {
		ping = smbd_ping_get(state->pings, owner, NULL);
	}
	*confirmed = ping == PING_ANSWERED;
	if (ping == PING_NOT_SENT) {
		return want_ping(state, owner, false);
	}
	if (ping == PING_SENT && session_owner_died(owner)) {
		return want_ping(state, owner, true);
	}
	return NT_STATUS_OK;
}

/*
 * When a node leaves the cluster, CTDB drops its records and reports its
 * processes as dead, even if they are alive. A node that does not answer may
 * just be cut off, and its sessions still exist.
 */
static NTSTATUS confirm_all(struct session_close_state *state,
			    bool last,
			    bool *confirmed)
{
	*confirmed = true;

	for (size_t i = 0; i < state->targets->num; i++) {
		struct session_target *target = &state->targets->list[i];
		bool alive = true;
		NTSTATUS status;

		if ((target->fate != SESSION_GONE &&
		     target->fate != SESSION_OWNER_DIED) ||
		    !session_owner_is_remote(&target->owner)) {
			continue;
		}
		if (!state->confirming && state->pings != NULL) {
			smbd_pings_forget(state->pings);
		}
		state->confirming = true;
		status = confirm_owner(state, &target->owner, &alive);
		if (NT_STATUS_EQUAL(status, NT_STATUS_NO_MEMORY)) {
			return status;
		}
		if (!alive && last) {
			target->fate = SESSION_ASKED;
		}
		*confirmed &= alive;
	}
	return NT_STATUS_OK;
}

static void tell_progress(const struct session_close_state *state)
{
	if (state->progress != NULL) {
		state->progress(state->private_data);
	}
}

/*
 * One look: send the closes that could not be sent before, see which sessions
 * are gone, and end the durable opens that they left. Send every close before
 * polling: a look-up on a hung node would delay the rest.
 */
static NTSTATUS close_step(struct session_close_state *state,
			   bool last,
			   bool *all_settled)
{
	NTSTATUS status = NT_STATUS_OK;

	*all_settled = false;
	ask_remote_again(state);
	if (state->unasked) {
		status = ask_all(state);
		tell_progress(state);
	}
	if (NT_STATUS_IS_OK(status) && state->paced && !last) {
		return status;
	}
	if (NT_STATUS_IS_OK(status)) {
		status = settle_all(state,
				    last || (state->opens != NULL &&
					     durable_opens_pending(
						     state->opens)),
				    all_settled);
	}
	if (NT_STATUS_IS_OK(status) && state->opens != NULL) {
		status = durable_opens_end(state->opens, state->targets);
	}
	if (NT_STATUS_IS_OK(status) && (*all_settled || last)) {
		bool confirmed;

		status = confirm_all(state, last, &confirmed);
		*all_settled &= confirmed;
	}
	tell_progress(state);
	return status;
}

/* Is there nothing left to do? Sets *result to the result so far. */
static bool is_over(const struct session_close_state *state,
		    bool all_settled,
		    NTSTATUS *result)
{
	size_t reclaimed = 0;

	*result = NT_STATUS_IO_TIMEOUT;
	if (!all_settled) {
		return false;
	}
	*result = state->unnoted;
	if (state->opens == NULL) {
		return true;
	}
	if (!NT_STATUS_IS_OK(durable_opens_left(state->opens))) {
		*result = durable_opens_left(state->opens);
		return false;
	}
	reclaimed = durable_opens_reclaimed(state->opens);
	if (reclaimed != 0) {
		DBG_WARNING("%zu durable opens were reclaimed meanwhile\n",
			    reclaimed);
		*result = NT_STATUS_IO_TIMEOUT;
	}
	return true;
}

static void session_close_done(struct tevent_req *req, NTSTATUS result)
{
	if (!tevent_req_nterror(req, result)) {
		tevent_req_done(req);
	}
}

static void session_close_look(struct tevent_req *req)
{
	struct session_close_state *state =
		tevent_req_data(req, struct session_close_state);
	struct timeval now = tevent_timeval_current();
	bool last = tevent_timeval_compare(&now, &state->end) >= 0;
	struct tevent_req *subreq = NULL;
	bool all_settled = false;
	NTSTATUS result;

	if (tevent_req_nterror(req, close_step(state, last, &all_settled))) {
		return;
	}
	state->over = is_over(state, all_settled, &result);
	if (state->over || last) {
		session_close_done(req, result);
		return;
	}
	subreq = tevent_wakeup_send(state, state->ev, next_look(state, now));
	if (tevent_req_nomem(subreq, req)) {
		return;
	}
	tevent_req_set_callback(subreq, session_close_woken, req);
}

static void session_close_woken(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	bool ok = tevent_wakeup_recv(subreq);

	TALLOC_FREE(subreq);
	if (!ok) {
		tevent_req_oom(req);
		return;
	}
	session_close_look(req);
}

NTSTATUS session_close_here_recv(struct tevent_req *req,
				 TALLOC_CTX *mem_ctx,
				 struct durable_opens **opens)
{
	struct session_close_state *state =
		tevent_req_data(req, struct session_close_state);

	if (opens != NULL) {
		*opens = state->over ? NULL
				     : talloc_steal(mem_ctx, state->opens);
	}
	return tevent_req_simple_recv_ntstatus(req);
}
