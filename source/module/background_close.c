/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closes that begin or continue after the answer: no caller waits for them. */

#include "background_close.h"

#include "lib/util/debug.h"
#include "librpc/rpc/dcesrv_core.h"

#include "source/session/durable/durable_open.h"

#define BACKGROUND_SECONDS 300

#define OWN_AFTER_SECONDS 1

struct background_close {
	struct waiting_call waiting;
	struct session_targets targets;
};

static int background_close_destructor(struct background_close *late)
{
	waiting_call_stop(&late->waiting);
	return 0;
}

static struct background_close *create_close(
	const struct session_closer *means,
	const struct session_targets *targets,
	enum session_fate fate)
{
	struct background_close *late =
		talloc(means->ev, struct background_close);
	struct session_target *list = NULL;

	if (late == NULL) {
		return NULL;
	}
	list = talloc_array(late, struct session_target, targets->num);
	if (list == NULL) {
		talloc_free(late);
		return NULL;
	}
	*late = (struct background_close){
		.targets = {.list = list},
	};
	for (size_t i = 0; i < targets->num; i++) {
		if (targets->list[i].fate == fate) {
			list[late->targets.num++] = targets->list[i];
		}
	}
	waiting_call_start(means->all, &late->waiting, &late->targets);
	talloc_set_destructor(late, background_close_destructor);
	return late;
}

static void background_close_done(struct tevent_req *req)
{
	struct background_close *late =
		tevent_req_callback_data(req, struct background_close);
	NTSTATUS status = session_close_recv(req, NULL, NULL);

	if (!NT_STATUS_IS_OK(status)) {
		DBG_WARNING("a close of %zu sessions after its answer: %s\n",
			    late->targets.num,
			    nt_errstr(status));
	}
	talloc_free(late);
}

/* Close the targets that have this fate. */
static void start_close(const struct session_closer *means,
			const struct session_targets *targets,
			enum session_fate fate,
			struct durable_opens *opens)
{
	const struct session_close_options how = {
		.limit = {.tv_sec = BACKGROUND_SECONDS},
		.durable = means->durable,
		.child_share_lock_limit = means->child_share_lock_limit,
		.opens = opens,
	};
	struct background_close *late = create_close(means, targets, fate);
	struct tevent_req *req = NULL;

	if (late != NULL) {
		req = session_close_send(late,
					 means->ev,
					 means->table,
					 &late->targets,
					 &how);
	}
	if (req == NULL) {
		DBG_ERR("no memory to close %zu sessions after the answer\n",
			targets->num);
		talloc_free(late);
		return;
	}
	tevent_req_set_callback(req, background_close_done, late);
}

/* Do other closes in the background already do all of this? */
static bool is_covered(const struct waiting_calls *all,
		       const struct session_targets *targets,
		       const struct durable_opens *opens)
{
	if (opens != NULL && !NT_STATUS_IS_OK(durable_opens_left(opens))) {
		return false;
	}
	for (size_t i = 0; i < targets->num; i++) {
		const struct session_target *target = &targets->list[i];

		if (target->fate == SESSION_ASKED &&
		    !waiting_calls_include(all, &target->key)) {
			return false;
		}
	}
	return true;
}

void background_close_continue(const struct session_closer *means,
			       const struct session_targets *targets,
			       struct durable_opens *opens)
{
	if (is_covered(means->all, targets, opens)) {
		return;
	}
	if (waiting_calls_full(means->all)) {
		DBG_WARNING("sessions that end from now on may leave durable "
			    "handles: too many are late\n");
		return;
	}
	/* the audit says that the others were not asked: keep that true */
	start_close(means, targets, SESSION_ASKED, opens);
}

/* The caller's session, which is closed after the answer. */
struct own_close {
	struct session_closer means;
	struct session_target target;
	struct session_targets targets;
	struct durable_opens *opens;
};

/* The close outlives the pipe, which may be ending right now. */
static int own_close_destructor(struct own_close *own)
{
	start_close(&own->means, &own->targets, SESSION_NOT_ASKED, own->opens);
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
 * Done before the answer, because a client that hangs up right after it
 * disconnects its opens. Not done on a cluster, where it would block the
 * worker.
 */
static void note_durable(struct own_close *own)
{
	NTSTATUS status;

	if (own->means.durable == NULL) {
		return;
	}
	status = durable_opens_note(own,
				    own->means.durable,
				    &own->targets,
				    &own->opens);
	if (!NT_STATUS_IS_OK(status)) {
		DBG_WARNING("durable opens of the caller's session 0x%08x are "
			    "noted only when it is closed: %s\n",
			    own->target.key.global_id,
			    nt_errstr(status));
		TALLOC_FREE(own->opens);
	}
}

bool background_close_own(const struct session_closer *means,
			  struct dcesrv_connection *conn,
			  const struct session_target *target)
{
	struct own_close *own = talloc(conn, struct own_close);

	if (own == NULL) {
		return false;
	}
	*own = (struct own_close){
		.means = *means,
		.target = *target,
		/* the user may have sessions from other clients */
		.targets = {.num = 1, .other_clients = true},
	};
	own->target.fate = SESSION_NOT_ASKED;
	own->targets.list = &own->target;
	note_durable(own);

	if (tevent_add_timer(means->ev,
			     own,
			     tevent_timeval_current_ofs(OWN_AFTER_SECONDS, 0),
			     own_close_due,
			     own) == NULL) {
		talloc_free(own);
		return false;
	}
	/* from now on, freeing it closes the session */
	talloc_set_destructor(own, own_close_destructor);
	return true;
}
