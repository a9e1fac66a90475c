/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a call is answered: at once, later, or after a short wait. */

#include "async_reply.h"

#include "lib/util/debug.h"
#include "lib/util/tevent_ntstatus.h"
#include "lib/util/time.h"
#include "librpc/rpc/dcesrv_core.h"

#include "module.h"

/* Seconds in which a call has its answer. */
#define ANSWER_LIMIT 20

/* Microseconds that a call may take which keeps all others waiting. */
#define BLOCKING_LIMIT 100000

/* Made once: that takes system calls, and most calls do not use it. */
static struct tevent_context *context_to_poll(struct sessiondel_module *module)
{
	if (module->blocking_ev == NULL) {
		module->blocking_ev = tevent_context_init(NULL);
	}
	return module->blocking_ev;
}

bool call_wait_init(struct sessiondel_module *module,
		    struct dcesrv_call_state *call,
		    unsigned seconds,
		    struct call_wait *wait)
{
	*wait = (struct call_wait){
		.may_be_async =
			call->state_flags & DCESRV_CALL_STATE_FLAG_MAY_ASYNC,
		.ev = call->event_ctx,
		.limit = {.tv_sec = seconds},
	};
	if (!wait->may_be_async) {
		wait->ev = context_to_poll(module);
		wait->limit = (struct timeval){.tv_usec = BLOCKING_LIMIT};
	}
	return wait->ev != NULL;
}

bool call_wait_for(const struct call_wait *wait,
		   struct dcesrv_call_state *call,
		   struct tevent_req *req,
		   tevent_req_fn callback,
		   void *private_data)
{
	if (!tevent_req_is_in_progress(req)) {
		return false;
	}
	if (!wait->may_be_async) {
		/* a fault leaves the request without a result, which is seen */
		(void)tevent_req_poll(req, wait->ev);
		return false;
	}
	tevent_req_set_callback(req, callback, private_data);
	call->state_flags |= DCESRV_CALL_STATE_FLAG_ASYNC;
	return true;
}

void call_continue_after(struct tevent_req *req,
			 struct tevent_req *subreq,
			 tevent_req_fn step_done)
{
	if (subreq == NULL) {
		tevent_req_nterror(req, NT_STATUS_NO_MEMORY);
		return;
	}
	tevent_req_set_callback(subreq, step_done, req);
	if (!tevent_req_is_in_progress(subreq)) {
		step_done(subreq);
	}
}

struct timeval async_reply_limit(const struct timeval *start,
				 struct timeval limit)
{
	struct timeval now = timeval_current();
	struct timeval end = timeval_sum(&now, &limit);
	struct timeval last = timeval_add(start, ANSWER_LIMIT, 0);

	end = timeval_min(&end, &last);
	return tevent_timeval_until(&now, &end);
}

void async_reply(struct dcesrv_call_state *call)
{
	struct dcesrv_connection *conn = call->conn;
	NTSTATUS status = dcesrv_reply(call);

	if (NT_STATUS_IS_OK(status)) {
		return;
	}
	DBG_ERR("cannot answer: %s\n", nt_errstr(status));
	/* the caller would wait for ever on a pending call */
	talloc_free(call);
	dcesrv_terminate_connection(conn, nt_errstr(status));
}
