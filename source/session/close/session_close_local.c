/* SPDX-License-Identifier: GPL-3.0-or-later */
/* End sessions: ask their smbds, wait until the records are gone. */

#include "session_close_local.h"

#include "lib/util/debug.h"
#include "lib/util/server_id.h"
#include "lib/util/tevent_ntstatus.h"
#include "lib/util/time.h"

#include "source/session/tables/session_owner.h"

#include "close_request.h"
#include "last_resort.h"
#include "session_closer.h"
#include "smbd_ping.h"

/* The pause between two looks at the table without a PONG, in microseconds. */
#define PAUSE_MIN 2000
#define PAUSE_MAX 50000

/*
 * Until an smbd that has answered, and still has a session, is asked again: at
 * first and at most, in microseconds. It doubles each time.
 */
#define ASK_AGAIN_MIN 2000
#define ASK_AGAIN_MAX 1000000

/* How long before the end last_resort_end_smbds() is tried. */
#define LAST_RESORT_USEC 1000000ULL

/* A ping, and its PONG. */
struct awaited_ping {
	/* 0: none was sent */
	uint64_t number;
	/* its PONG was taken into account */
	bool used;
};

/* Whose the durable opens of an smbd are, see durable_open.h. */
struct durable_proof {
	/* NULL: no target is there any more */
	const struct close_owner *owner;
	struct smbd_ping *ping;
	struct awaited_ping echo;
};

/* An smbd that has targets. */
struct close_owner {
	struct server_id id;
	struct smbd_ping *ping;
	/* of the sessions: from first on in the order of owners */
	size_t first;
	size_t num;
	size_t unsettled;
	/* behind the last close messages */
	struct awaited_ping echo;
	/* when it is asked again, and how long after that once more */
	struct timeval due;
	uint32_t pause;
	/* some messages could not be sent */
	bool unsent;
	/* whether the node of an smbd elsewhere is still there */
	struct awaited_ping alive;
	bool node_asked;
	bool confirmed;
};

/*
 * A PONG is a reason to look at the table, and no proof: an smbd that waits for
 * a lock can answer a ping and lose a close message that was sent before it. So
 * every message is sent again, with the next ping, until its session is gone.
 * The end of the record is the proof, so the table is also polled. It is
 * never written to, because a watch would stay behind in the record when this
 * worker is killed.
 */
struct session_close_local_state {
	struct tevent_context *ev;
	struct session_closer *closer;
	struct session_targets *targets;
	struct session_close_options options;
	struct timeval start;
	struct timeval end;
	struct timeval last_resort;
	bool last_resort_tried;
	/* the targets in the order of their owners, and these */
	struct session_target **order;
	struct close_owner *owners;
	size_t num_owners;
	struct smbd_ping_watch *watch;
	struct tevent_timer *timer;
	/* NULL where durable opens are not ended */
	struct durable_opens *opens;
	/* one for each smbd that has any */
	struct durable_proof *proofs;
	/* why some may have been missed */
	NTSTATUS unnoted;
	/* nothing is left to be done */
	bool over;
};

static void session_close_local_look(struct tevent_req *req, bool by_clock);

static bool is_answered(const struct smbd_ping *ping,
			const struct awaited_ping *awaited)
{
	return awaited->number != 0 &&
	       smbd_ping_answered(ping, awaited->number);
}

static NTSTATUS send_ping(struct smbd_ping *ping, struct awaited_ping *awaited)
{
	awaited->used = false;
	return smbd_ping_send(ping, &awaited->number);
}

static int compare_owners(const void *a, const void *b)
{
	const struct session_target *const *target_a = a;
	const struct session_target *const *target_b = b;

	return server_id_cmp(&(*target_a)->owner, &(*target_b)->owner);
}

/* One owner for each run of the sorted targets. */
static NTSTATUS list_owners(struct session_close_local_state *state)
{
	const size_t num = state->targets->num;

	state->order = talloc_array(state, struct session_target *, num);
	state->owners = talloc_zero_array(state, struct close_owner, num);
	if (state->order == NULL || state->owners == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	for (size_t i = 0; i < num; i++) {
		state->order[i] = &state->targets->list[i];
	}
	qsort((void *)state->order,
	      num,
	      sizeof(struct session_target *), /* NOLINT: it sorts pointers */
	      compare_owners);
	for (size_t i = 0; i < num; i++) {
		const struct session_target *target = state->order[i];
		struct close_owner *owner = NULL;

		if (i == 0 || !server_id_equal(&state->order[i - 1]->owner,
					       &target->owner)) {
			owner = &state->owners[state->num_owners++];
			owner->id = target->owner;
			owner->first = i;
			owner->ping = smbd_ping_get(state->watch, &owner->id);
			if (owner->ping == NULL) {
				return NT_STATUS_NO_MEMORY;
			}
		}
		owner = &state->owners[state->num_owners - 1];
		owner->num += 1;
		owner->unsettled += session_target_is_awaited(target);
	}
	return NT_STATUS_OK;
}

static const struct close_owner *find_owner(
	const struct session_close_local_state *state,
	const struct server_id *id)
{
	for (size_t i = 0; i < state->num_owners; i++) {
		if (server_id_equal(&state->owners[i].id, id)) {
			return &state->owners[i];
		}
	}
	return NULL;
}

static NTSTATUS prepare_proofs(struct session_close_local_state *state)
{
	const size_t num = durable_opens_num_smbds(state->opens);

	state->proofs = talloc_zero_array(state, struct durable_proof, num);
	if (state->proofs == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	for (size_t i = 0; i < num; i++) {
		state->proofs[i].owner =
			find_owner(state, durable_opens_smbd(state->opens, i));
		state->proofs[i].ping =
			smbd_ping_get(state->watch,
				      durable_opens_smbd(state->opens, i));
		if (state->proofs[i].ping == NULL) {
			return NT_STATUS_NO_MEMORY;
		}
	}
	return NT_STATUS_OK;
}

/*
 * Without this knowledge sessions are closed all the same: what is left behind
 * is what stock Samba leaves, and the answer says so. With records of another
 * layout it would say so for ever, so that is logged and no more.
 */
static NTSTATUS note_durable(struct session_close_local_state *state)
{
	NTSTATUS status;

	if (state->options.noted != NULL) {
		state->opens = talloc_steal(state, state->options.noted);
		return prepare_proofs(state);
	}
	if (!state->options.end_durable) {
		return NT_STATUS_OK;
	}
	status = durable_opens_note(state,
				    state->closer->durable,
				    state->targets,
				    &state->opens);
	if (NT_STATUS_EQUAL(status, NT_STATUS_NO_MEMORY)) {
		return status;
	}
	if (!NT_STATUS_IS_OK(status)) {
		DBG_WARNING("durable opens are not ended: %s\n",
			    nt_errstr(status));
		TALLOC_FREE(state->opens);
		if (!NT_STATUS_EQUAL(status, NT_STATUS_REVISION_MISMATCH)) {
			state->unnoted = status;
		}
		return NT_STATUS_OK;
	}
	return prepare_proofs(state);
}

/* Has the end of a session been seen? */
static NTSTATUS settle_target(struct session_close_local_state *state,
			      struct session_target *target)
{
	bool exists = true;
	NTSTATUS status = session_table_lookup(state->closer->table,
					       &target->key,
					       &target->unreadable,
					       &exists);

	if (NT_STATUS_EQUAL(status, NT_STATUS_NO_MEMORY)) {
		return status;
	}
	if (NT_STATUS_IS_OK(status) && !exists) {
		target->fate = SESSION_GONE;
	} else if (session_owner_died(&target->owner)) {
		target->fate = SESSION_OWNER_DIED;
	}
	return NT_STATUS_OK;
}

/*
 * Look for the sessions of one smbd. Without a PONG, up to the first that is
 * still there: an smbd that hangs makes the others not worth a look.
 */
static NTSTATUS settle_owner(struct session_close_local_state *state,
			     struct close_owner *owner,
			     bool all)
{
	for (size_t i = 0; i < owner->num && owner->unsettled != 0; i++) {
		struct session_target *target = state->order[owner->first + i];
		NTSTATUS status;

		if (!session_target_is_awaited(target)) {
			continue;
		}
		status = settle_target(state, target);
		if (!NT_STATUS_IS_OK(status)) {
			return status;
		}
		if (!session_target_is_awaited(target)) {
			owner->unsettled -= 1;
		} else if (!all) {
			break;
		}
	}
	return NT_STATUS_OK;
}

static NTSTATUS settle_all(struct session_close_local_state *state,
			   bool by_clock,
			   bool last)
{
	for (size_t i = 0; i < state->num_owners; i++) {
		struct close_owner *owner = &state->owners[i];
		const bool answered = !owner->echo.used &&
				      is_answered(owner->ping, &owner->echo);
		const size_t before = owner->unsettled;
		NTSTATUS status;

		if (owner->unsettled == 0 ||
		    (!answered && !by_clock && !last)) {
			continue;
		}
		owner->echo.used |= answered;
		status = settle_owner(state, owner, answered || last);
		if (!NT_STATUS_IS_OK(status)) {
			return status;
		}
		if (answered && owner->unsettled < before) {
			/* it is at work: some messages got through */
			owner->pause = ASK_AGAIN_MIN / 2;
			owner->due = state->start;
		}
	}
	return NT_STATUS_OK;
}

/* A message that cannot be sent now may be sent later, or its smbd is gone. */
static NTSTATUS ask_owner(struct session_close_local_state *state,
			  struct close_owner *owner,
			  bool again)
{
	owner->unsent = false;

	for (size_t i = 0; i < owner->num; i++) {
		struct session_target *target = state->order[owner->first + i];
		NTSTATUS status;

		if (target->fate != SESSION_NOT_ASKED &&
		    !(again && target->fate == SESSION_ASKED)) {
			continue;
		}
		status = close_request_send(state->closer->table, target);
		if (NT_STATUS_EQUAL(status, NT_STATUS_NO_MEMORY)) {
			return status;
		}
		if (NT_STATUS_IS_OK(status)) {
			target->fate = SESSION_ASKED;
			continue;
		}
		owner->unsent = true;
		DBG_INFO("cannot ask smbd %u to close session 0x%08x: %s\n",
			 (unsigned)target->owner.pid,
			 target->key.global_id,
			 nt_errstr(status));
	}
	return NT_STATUS_OK;
}

static bool may_ask(const struct session_close_local_state *state,
		    const struct close_owner *owner,
		    const struct timeval *now)
{
	if (owner->unsettled == 0) {
		return false;
	}
	if (owner->unsent || owner->pause == 0) {
		return true;
	}
	/* what an smbd that hangs is sent stays in this worker's memory */
	return !state->options.quiet &&
	       is_answered(owner->ping, &owner->echo) &&
	       tevent_timeval_compare(&owner->due, now) <= 0;
}

static NTSTATUS ask_all(struct session_close_local_state *state,
			const struct timeval *now)
{
	for (size_t i = 0; i < state->num_owners; i++) {
		struct close_owner *owner = &state->owners[i];
		const bool again = owner->pause != 0 && !owner->unsent;
		NTSTATUS status;

		if (!may_ask(state, owner, now)) {
			continue;
		}
		status = ask_owner(state, owner, again);
		if (NT_STATUS_IS_OK(status) && !state->options.quiet) {
			status = send_ping(owner->ping, &owner->echo);
		}
		if (NT_STATUS_EQUAL(status, NT_STATUS_NO_MEMORY)) {
			return status;
		}
		owner->pause = MIN(MAX(2 * owner->pause, ASK_AGAIN_MIN),
				   ASK_AGAIN_MAX);
		owner->due = tevent_timeval_add(now, 0, owner->pause);
	}
	return NT_STATUS_OK;
}

/* Sets *proven when it is known now whose those opens are. */
static NTSTATUS step_proof(struct session_close_local_state *state,
			   size_t smbd,
			   bool last,
			   bool *proven)
{
	struct durable_proof *proof = &state->proofs[smbd];
	const bool asked = proof->echo.number != 0 && !proof->echo.used;
	const bool wanted = durable_opens_want_proof(state->opens, smbd);

	if (asked && is_answered(proof->ping, &proof->echo)) {
		proof->echo.used = true;
		*proven = true;
		return durable_opens_end_proof(state->opens, smbd);
	}
	if ((asked || wanted) &&
	    (last ||
	     session_owner_died(durable_opens_smbd(state->opens, smbd)))) {
		durable_opens_fail_proof(state->opens, smbd);
		return NT_STATUS_OK;
	}
	if (!asked && wanted &&
	    NT_STATUS_IS_OK(send_ping(proof->ping, &proof->echo))) {
		durable_opens_begin_proof(state->opens, smbd);
	}
	return NT_STATUS_OK;
}

static NTSTATUS end_durable(struct session_close_local_state *state, bool last)
{
	const size_t num = durable_opens_num_smbds(state->opens);
	NTSTATUS status;
	bool proven = false;

	for (size_t i = 0; i < num; i++) {
		const struct close_owner *owner = state->proofs[i].owner;

		durable_opens_set_awaited(state->opens,
					  i,
					  owner != NULL ? owner->unsettled : 0);
	}
	status = durable_opens_look(state->opens);

	for (size_t i = 0; NT_STATUS_IS_OK(status) && i < num; i++) {
		status = step_proof(state, i, last, &proven);
	}
	/* what was proven ends at once */
	return NT_STATUS_IS_OK(status) && proven
		       ? durable_opens_look(state->opens)
		       : status;
}

/* Was the owner reported dead when its sessions were looked for? */
static bool was_dead(const struct session_close_local_state *state,
		     const struct close_owner *owner)
{
	for (size_t i = 0; i < owner->num; i++) {
		if (state->order[owner->first + i]->fate ==
		    SESSION_OWNER_DIED) {
			return true;
		}
	}
	return owner->node_asked;
}

/*
 * Does the owner or, if that is dead, some process of its node still answer?
 * One that was reported dead and is not was cut off, and proves nothing.
 * asked: whose node was asked last in this step, or NULL.
 */
static NTSTATUS confirm_owner(const struct session_close_local_state *state,
			      struct close_owner *owner,
			      const struct smbd_ping **asked)
{
	const bool dead = was_dead(state, owner);
	NTSTATUS status;

	if (!dead && is_answered(owner->ping, &owner->alive)) {
		owner->confirmed = true;
		return NT_STATUS_OK;
	}
	if (!session_owner_died(&owner->id)) {
		return dead || owner->alive.number != 0
			       ? NT_STATUS_OK
			       : send_ping(owner->ping, &owner->alive);
	}
	if (owner->node_asked) {
		owner->confirmed = smbd_ping_node_answered(owner->ping);
		return NT_STATUS_OK;
	}
	status = smbd_ping_send_to_node(owner->ping, *asked);
	if (NT_STATUS_IS_OK(status)) {
		owner->node_asked = true;
		*asked = owner->ping;
	}
	return status;
}

static bool has_ended(const struct session_target *target)
{
	return target->fate == SESSION_GONE ||
	       target->fate == SESSION_OWNER_DIED;
}

/* Nobody answers for the node: perhaps the sessions are still there. */
static void unsettle_owner(struct session_close_local_state *state,
			   const struct close_owner *owner)
{
	for (size_t i = 0; i < owner->num; i++) {
		struct session_target *target = state->order[owner->first + i];

		if (has_ended(target)) {
			target->fate = SESSION_ASKED;
		}
	}
}

/*
 * When a node leaves the cluster, CTDB drops its records and reports its
 * processes as dead, whether they are or not. A node that does not answer
 * then has perhaps only been cut off, and its sessions live on. It may be back
 * soon, so an owner is asked as soon as all of its sessions are gone.
 */
static NTSTATUS confirm_all(struct session_close_local_state *state,
			    bool last,
			    bool *confirmed)
{
	const struct smbd_ping *asked = NULL;

	*confirmed = true;

	for (size_t i = 0; i < state->num_owners; i++) {
		struct close_owner *owner = &state->owners[i];
		NTSTATUS status;

		if (!session_owner_is_remote(&owner->id) || owner->confirmed ||
		    owner->unsettled == owner->num ||
		    (owner->unsettled != 0 && !last)) {
			continue;
		}
		status = confirm_owner(state, owner, &asked);
		if (NT_STATUS_EQUAL(status, NT_STATUS_NO_MEMORY)) {
			return status;
		}
		if (!owner->confirmed && last) {
			unsettle_owner(state, owner);
		}
		*confirmed &= owner->confirmed;
	}
	return NT_STATUS_OK;
}

static bool all_settled(const struct session_close_local_state *state)
{
	for (size_t i = 0; i < state->num_owners; i++) {
		if (state->owners[i].unsettled != 0) {
			return false;
		}
	}
	return true;
}

static NTSTATUS try_last_resort(struct session_close_local_state *state,
				const struct timeval *now)
{
	if (state->options.query == NULL || state->last_resort_tried ||
	    tevent_timeval_compare(now, &state->last_resort) < 0) {
		return NT_STATUS_OK;
	}
	state->last_resort_tried = true;
	return last_resort_end_smbds(state->closer->table,
				     state->options.query,
				     state->options.scope,
				     state->targets,
				     state->options.ending,
				     state->options.private_data);
}

/* All that there is to do now. Every close is sent before the first look. */
static NTSTATUS close_step(struct session_close_local_state *state,
			   const struct timeval *now,
			   bool by_clock,
			   bool last,
			   bool *settled)
{
	NTSTATUS status = settle_all(state, by_clock, last);

	if (NT_STATUS_IS_OK(status) && state->opens != NULL) {
		status = end_durable(state, last);
	}
	if (NT_STATUS_IS_OK(status) && !last) {
		status = ask_all(state, now);
	}
	*settled = all_settled(state);
	if (NT_STATUS_IS_OK(status) && !*settled && !last) {
		status = try_last_resort(state, now);
	}
	if (NT_STATUS_IS_OK(status)) {
		bool confirmed;

		status = confirm_all(state, last, &confirmed);
		*settled &= confirmed;
	}
	if (state->options.progress != NULL) {
		state->options.progress(state->options.private_data);
	}
	return status;
}

/* Is there nothing left to be done? *result says what came of it. */
static bool is_over(const struct session_close_local_state *state,
		    bool settled,
		    NTSTATUS *result)
{
	*result = NT_STATUS_IO_TIMEOUT;
	if (!settled) {
		return false;
	}
	if (state->opens == NULL) {
		*result = state->unnoted;
		return true;
	}
	if (durable_opens_pending(state->opens)) {
		if (!NT_STATUS_IS_OK(durable_opens_left(state->opens))) {
			*result = durable_opens_left(state->opens);
		}
		return false;
	}
	if (durable_opens_in_doubt(state->opens) == 0) {
		*result = NT_STATUS_OK;
	}
	return true;
}

static void session_close_local_end(struct tevent_req *req, NTSTATUS result)
{
	const struct session_close_local_state *state =
		tevent_req_data(req, struct session_close_local_state);
	const size_t in_doubt =
		state->opens != NULL ? durable_opens_in_doubt(state->opens) : 0;

	if (in_doubt != 0) {
		DBG_WARNING("%zu durable opens were left: their clients have "
			    "reclaimed them, or they may be other sessions'\n",
			    in_doubt);
	}
	if (!tevent_req_nterror(req, result)) {
		tevent_req_done(req);
	}
}

static uint64_t microseconds(const struct timeval *from,
			     const struct timeval *to)
{
	struct timeval time = tevent_timeval_until(from, to);

	return time.tv_sec * 1000000ULL + time.tv_usec;
}

/*
 * When to look without a PONG. Late by at most a sixteenth of what the wait has
 * taken, and by 50 ms; a look that takes long leaves others as much time again.
 */
static struct timeval next_look(const struct session_close_local_state *state,
				const struct timeval *look)
{
	struct timeval now = tevent_timeval_current();
	uint64_t pause = microseconds(&state->start, &now) / 16;
	struct timeval next;

	pause = MIN(MAX(pause, PAUSE_MIN), PAUSE_MAX);
	pause = MAX(pause, microseconds(look, &now));
	next = tevent_timeval_add(&now, 0, pause);
	return tevent_timeval_compare(&next, &state->end) < 0 ? next
							      : state->end;
}

static void session_close_local_timer(struct tevent_context *ev,
				      struct tevent_timer *te,
				      struct timeval now,
				      void *private_data)
{
	struct tevent_req *req =
		talloc_get_type_abort(private_data, struct tevent_req);

	struct session_close_local_state *state =
		tevent_req_data(req, struct session_close_local_state);

	(void)ev;
	(void)te;
	(void)now;
	state->timer = NULL;
	session_close_local_look(req, true);
}

static void session_close_local_look(struct tevent_req *req, bool by_clock)
{
	struct session_close_local_state *state =
		tevent_req_data(req, struct session_close_local_state);
	struct timeval now = tevent_timeval_current();
	bool last = tevent_timeval_compare(&now, &state->end) >= 0;
	bool settled = false;
	NTSTATUS result;

	if (tevent_req_nterror(
		    req,
		    close_step(state, &now, by_clock, last, &settled))) {
		return;
	}
	state->over = is_over(state, settled, &result);
	if (state->over || last) {
		session_close_local_end(req, result);
		return;
	}
	if (state->timer != NULL) {
		return;
	}
	state->timer = tevent_add_timer(state->ev,
					state,
					next_look(state, &now),
					session_close_local_timer,
					req);
	if (state->timer == NULL) {
		tevent_req_oom(req);
	}
}

static void session_close_local_pong(void *private_data)
{
	struct tevent_req *req =
		talloc_get_type_abort(private_data, struct tevent_req);

	session_close_local_look(req, false);
}

static void session_close_local_cleanup(struct tevent_req *req,
					enum tevent_req_state req_state)
{
	struct session_close_local_state *state =
		tevent_req_data(req, struct session_close_local_state);

	(void)req_state;
	TALLOC_FREE(state->watch);
	TALLOC_FREE(state->timer);
}

static NTSTATUS begin(struct session_close_local_state *state,
		      struct tevent_req *req)
{
	NTSTATUS status;

	state->watch = smbd_pings_watch(state,
					state->closer->pings,
					state->ev,
					session_close_local_pong,
					req);
	if (state->watch == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	status = list_owners(state);
	return NT_STATUS_IS_OK(status) ? note_durable(state) : status;
}

struct tevent_req *session_close_local_send(
	TALLOC_CTX *mem_ctx,
	struct tevent_context *ev,
	struct session_closer *closer,
	struct session_targets *targets,
	const struct session_close_options *options)
{
	struct tevent_req *req = NULL;
	struct session_close_local_state *state = NULL;
	const uint64_t limit =
		options->limit.tv_sec * 1000000ULL + options->limit.tv_usec;

	req = tevent_req_create(mem_ctx,
				&state,
				struct session_close_local_state);
	if (req == NULL) {
		return NULL;
	}
	*state = (struct session_close_local_state){
		.ev = ev,
		.closer = closer,
		.targets = targets,
		.options = *options,
		.start = tevent_timeval_current(),
		.unnoted = NT_STATUS_OK,
	};
	state->end = tevent_timeval_add(&state->start,
					options->limit.tv_sec,
					options->limit.tv_usec);
	state->last_resort =
		tevent_timeval_add(&state->start,
				   0,
				   limit < 2 * LAST_RESORT_USEC
					   ? limit / 2
					   : limit - LAST_RESORT_USEC);
	tevent_req_set_cleanup_fn(req, session_close_local_cleanup);
	if (!tevent_req_nterror(req, begin(state, req))) {
		session_close_local_look(req, false);
	}
	return req;
}

NTSTATUS session_close_local_recv(struct tevent_req *req,
				  TALLOC_CTX *mem_ctx,
				  struct durable_opens **leftover)
{
	struct session_close_local_state *state =
		tevent_req_data(req, struct session_close_local_state);

	if (leftover != NULL) {
		*leftover = state->over ? NULL
					: talloc_move(mem_ctx, &state->opens);
	}
	return tevent_req_simple_recv_ntstatus(req);
}
