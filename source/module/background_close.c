/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closes that nobody waits for: they begin or continue after the answer. */

#include "background_close.h"

#include "lib/util/debug.h"
#include "lib/util/dlinklist.h"
#include "librpc/rpc/dcesrv_core.h"
#include "source3/lib/global_contexts.h"

#include "source/session/child/call_child.h"
#include "source/session/close/close_request.h"
#include "source/session/close/session_close.h"
#include "source/session/close/session_close_in_child.h"
#include "source/session/close/session_closer.h"
#include "source/session/durable/durable_open.h"

#define BACKGROUND_SECONDS 300

#define OWN_AFTER_SECONDS 1

struct background_close {
	struct waiting_call waiting;
	struct session_work work;
	struct session_targets targets;
};

static int background_close_destructor(struct background_close *close)
{
	waiting_call_stop(&close->waiting);
	return 0;
}

static struct background_close *create_close(
	struct background_closes *closes,
	struct tevent_context *ev,
	struct session_closer *closer,
	const struct session_targets *targets,
	enum session_fate fate)
{
	struct background_close *close = talloc(ev, struct background_close);

	if (close == NULL) {
		return NULL;
	}
	*close = (struct background_close){
		.work = {.table = closer->table, .closer = closer},
	};
	if (!session_targets_copy(close, targets, fate, &close->targets)) {
		talloc_free(close);
		return NULL;
	}
	waiting_call_start(&closes->running, &close->waiting, &close->targets);
	talloc_set_destructor(close, background_close_destructor);
	return close;
}

/* Nobody else will: the caller has its answer. */
static void ask_unasked(const struct session_closer *closer,
			const struct session_targets *targets)
{
	for (size_t i = 0; i < targets->num; i++) {
		if (targets->list[i].fate == SESSION_NOT_ASKED) {
			(void)close_request_send(closer->table,
						 &targets->list[i]);
		}
	}
}

static void background_close_done(struct tevent_req *req)
{
	struct background_close *close =
		tevent_req_callback_data(req, struct background_close);
	NTSTATUS status = session_close_recv(req, NULL, NULL);

	if (!NT_STATUS_IS_OK(status)) {
		DBG_WARNING("a close of %zu sessions after its answer: %s\n",
			    close->targets.num,
			    nt_errstr(status));
		ask_unasked(close->work.closer, &close->targets);
	}
	talloc_free(close);
}

/* Takes the close over; NULL stands for one that there was no memory for. */
static void start_close(struct background_close *close,
			struct tevent_context *ev,
			const struct session_close_options *options)
{
	struct tevent_req *req = NULL;

	if (close != NULL) {
		req = session_close_send(close,
					 ev,
					 &close->work,
					 &close->targets,
					 options);
	}
	if (req == NULL) {
		DBG_ERR("no memory to close sessions after the answer\n");
		talloc_free(close);
		return;
	}
	tevent_req_set_callback(req, background_close_done, close);
	if (!tevent_req_is_in_progress(req)) {
		background_close_done(req);
	}
}

/* Do others see to all of it already? */
static bool is_covered(const struct waiting_calls *running,
		       const struct session_targets *targets,
		       const struct durable_opens *leftover)
{
	if (!NT_STATUS_IS_OK(durable_opens_left(leftover))) {
		return false;
	}
	for (size_t i = 0; i < targets->num; i++) {
		const struct session_target *target = &targets->list[i];

		if (target->fate == SESSION_ASKED &&
		    !waiting_calls_include(running, &target->key)) {
			return false;
		}
	}
	return true;
}

void background_close_continue(struct background_closes *closes,
			       struct tevent_context *ev,
			       struct session_closer *closer,
			       const struct session_targets *targets,
			       struct durable_opens *leftover)
{
	const struct session_close_options options = {
		.limit = {.tv_sec = BACKGROUND_SECONDS},
		.end_durable = true,
		.noted = leftover,
		.quiet = true,
	};

	if (is_covered(&closes->running, targets, leftover)) {
		return;
	}
	if (waiting_calls_full(&closes->running)) {
		DBG_WARNING("sessions that end from now on may leave durable "
			    "handles: too many are late\n");
		return;
	}
	/* a session that the answer calls "not asked" is not asked later */
	start_close(create_close(closes, ev, closer, targets, SESSION_ASKED),
		    ev,
		    &options);
}

/* The caller's session, to be closed. */
struct own_close {
	struct own_close *prev, *next;
	struct background_closes *closes;
	struct tevent_context *ev;
	struct session_closer *closer;
	struct session_targets targets;
	bool end_durable;
	/* see note_durable() */
	struct durable_opens *noted;
};

/* On a cluster that takes a child of its own. */
static bool give_child(struct background_close *close)
{
	static const struct child_service *const services[] = {
		&session_close_service,
		NULL,
	};

	if (!call_child_needed()) {
		return true;
	}
	close->work.child = call_child_create(close,
					      global_messaging_context(),
					      services,
					      &close->work);
	return close->work.child != NULL;
}

/* What is started outlives the pipe, which may be going away at this moment. */
static int own_close_destructor(struct own_close *own)
{
	const struct session_close_options options = {
		.limit = {.tv_sec = BACKGROUND_SECONDS},
		.end_durable = own->end_durable,
		.noted = own->noted,
	};
	struct background_close *close = create_close(own->closes,
						      own->ev,
						      own->closer,
						      &own->targets,
						      SESSION_NOT_ASKED);

	DLIST_REMOVE(own->closes->own, own);
	if (close != NULL && !give_child(close)) {
		TALLOC_FREE(close);
	}
	if (close == NULL) {
		ask_unasked(own->closer, &own->targets);
	}
	start_close(close, own->ev, &options);
	return 0;
}

static void own_close_due(struct tevent_context *ev,
			  struct tevent_timer *te,
			  struct timeval now,
			  void *private_data)
{
	(void)ev;
	(void)te;
	(void)now;
	talloc_free(private_data);
}

/*
 * A client that hangs up when it has its answer disconnects its opens before
 * they could be noted then. A cluster's worker cannot do that without waiting.
 */
static void note_durable(struct own_close *own)
{
	NTSTATUS status;

	if (!own->end_durable || call_child_needed()) {
		return;
	}
	status = durable_opens_note(own,
				    own->closer->durable,
				    &own->targets,
				    &own->noted);
	if (!NT_STATUS_IS_OK(status)) {
		DBG_WARNING("durable opens of the caller's session 0x%08x are "
			    "noted only when it is closed: %s\n",
			    own->targets.list[0].key.global_id,
			    nt_errstr(status));
		TALLOC_FREE(own->noted);
	}
}

bool background_close_own(struct background_closes *closes,
			  struct tevent_context *ev,
			  struct dcesrv_connection *conn,
			  struct session_closer *closer,
			  const struct session_target *target,
			  bool end_durable)
{
	struct session_target asked = *target;
	struct own_close *own = talloc(conn, struct own_close);

	if (own == NULL) {
		return false;
	}
	*own = (struct own_close){
		.closes = closes,
		.ev = ev,
		.closer = closer,
		.end_durable = end_durable,
	};
	asked.fate = SESSION_NOT_ASKED;
	if (!session_targets_add(own, &own->targets, &asked) ||
	    tevent_add_timer(ev,
			     own,
			     tevent_timeval_current_ofs(OWN_AFTER_SECONDS, 0),
			     own_close_due,
			     own) == NULL) {
		talloc_free(own);
		return false;
	}
	note_durable(own);
	DLIST_ADD(closes->own, own);
	/* however it ends, the session is closed then */
	talloc_set_destructor(own, own_close_destructor);
	return true;
}

void background_close_ask_rest(const struct background_closes *closes,
			       const struct session_closer *closer)
{
	const struct own_close *own = NULL;
	const struct waiting_call *running = NULL;

	for (own = closes->own; own != NULL; own = own->next) {
		ask_unasked(closer, &own->targets);
	}
	for (running = closes->running.list; running != NULL;
	     running = running->next) {
		ask_unasked(closer, running->targets);
	}
}
