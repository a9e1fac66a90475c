/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NetrSessionDel, [MS-SRVS] 3.1.4.6: one call from its rights to its answer. */

#include "net_session_del.h"

#include "lib/util/debug.h"
#include "lib/util/tevent_ntstatus.h"
#include "librpc/gen_ndr/srvsvc.h"
#include "librpc/rpc/dcesrv_core.h"

#include "source/session/child/call_child.h"
#include "source/session/close/session_close.h"
#include "source/session/close/session_close_in_child.h"
#include "source/session/close/session_closer.h"
#include "source/session/find/session_find.h"
#include "source/session/find/session_find_in_child.h"

#include "async_reply.h"
#include "call_caller.h"
#include "call_work.h"
#include "client_lookup.h"
#include "module.h"

/*
 * The steps of a call. Each is a request of its own, and one that needs no wait
 * is done when it returns:
 *
 *   find --(nobody)--> look the client's name up --> find --> close
 *   find --(some)----> close --------------------------------> answer
 *                      look the name up, if it is on record --> find --> close
 */
struct net_session_del_state {
	struct waiting_call waiting;
	struct sessiondel_module *module;
	struct dcesrv_call_state *call;
	struct srvsvc_NetSessDel *r;
	struct call_wait wait;
	/* what is left of the wait's */
	struct timeval limit;
	struct timeval find_start;
	struct timeval close_start;
	bool end_durable;
	struct session_work work;
	/* of a cluster's table not all could be read */
	bool incomplete;
	/* what was found by the query as it came; the audit's */
	struct session_targets *targets;
	/* what was found by the addresses of a name that is on record */
	struct session_targets more;
	/* of the client that the query names, once they were looked up */
	struct client_addresses addresses;
	/* a close is under way, and beside it a look-up */
	bool is_closing;
	bool is_looking_up;
	WERROR result;
	/* owns the targets */
	struct audit_call *audit;
};

static void finish(struct tevent_req *req, WERROR result)
{
	struct net_session_del_state *state =
		tevent_req_data(req, struct net_session_del_state);

	state->result = result;
	tevent_req_done(req);
}

static void net_session_del_found(struct tevent_req *subreq);
static void net_session_del_looked_up(struct tevent_req *subreq);
static void net_session_del_closed(struct tevent_req *subreq);

/* A child has half of the time. The rest is for closing what it finds. */
static void find(struct tevent_req *req)
{
	struct net_session_del_state *state =
		tevent_req_data(req, struct net_session_del_state);
	const uint64_t usec =
		(state->limit.tv_sec * 1000000ULL + state->limit.tv_usec) / 2;
	const struct timeval half = {
		.tv_sec = (time_t)(usec / 1000000),
		.tv_usec = (suseconds_t)(usec % 1000000),
	};

	state->find_start = timeval_current();
	call_continue_after(
		req,
		session_find_send(state, state->wait.ev, &state->work, half),
		net_session_del_found);
}

/* No name is looked up where all others would have to wait for that. */
static bool may_look_up(const struct net_session_del_state *state,
			const struct session_targets *found)
{
	return state->wait.may_be_async && found->other_clients &&
	       state->work.query.client.resolved == NULL &&
	       client_lookup_wanted(state->module, &state->work.query.client);
}

/* sure_only: a session has the name on record. */
static void look_up(struct tevent_req *req, bool sure_only)
{
	struct net_session_del_state *state =
		tevent_req_data(req, struct net_session_del_state);

	state->is_looking_up = true;
	call_continue_after(req,
			    client_lookup_send(state,
					       state->wait.ev,
					       state->module,
					       &state->work.query.client,
					       sure_only),
			    net_session_del_looked_up);
}

/* The last resort also ends sessions that came meanwhile. */
static void record_ending(const struct session_targets *targets,
			  void *private_data)
{
	const struct net_session_del_state *state = private_data;

	audit_closing(&state->module->audit,
		      state->call->event_ctx,
		      state->audit,
		      targets);
}

/* Sessions are recorded before they are closed. */
static void close_targets(struct tevent_req *req,
			  struct session_targets *targets)
{
	struct net_session_del_state *state =
		tevent_req_data(req, struct net_session_del_state);
	const struct session_close_options options = {
		/* looking the name up may have taken a part of the time */
		.limit = async_reply_limit(&state->audit->start, state->limit),
		.end_durable = state->end_durable,
		.query = state->wait.may_be_async ? &state->work.query : NULL,
		.scope = &state->work.scope,
		.ending = record_ending,
		.private_data = state,
	};

	state->close_start = timeval_current();
	waiting_calls_skip_asked(&state->module->waiting, targets);
	waiting_calls_skip_asked(&state->module->background.running, targets);
	state->waiting.targets = targets;
	state->is_closing = true;
	audit_closing(&state->module->audit,
		      state->call->event_ctx,
		      state->audit,
		      targets);
	call_continue_after(req,
			    session_close_send(state,
					       state->wait.ev,
					       &state->work,
					       targets,
					       &options),
			    net_session_del_closed);
}

static void close_first(struct tevent_req *req)
{
	struct net_session_del_state *state =
		tevent_req_data(req, struct net_session_del_state);
	const bool on_record = may_look_up(state, state->targets);

	state->is_looking_up = on_record;
	close_targets(req, state->targets);
	if (on_record && tevent_req_is_in_progress(req)) {
		look_up(req, true);
	}
}

/* The worse of two answers. */
static WERROR worse(WERROR one, WERROR other)
{
	if (W_ERROR_IS_OK(one) ||
	    (W_ERROR_EQUAL(one, WERR_TIMEOUT) && !W_ERROR_IS_OK(other))) {
		return other;
	}
	return one;
}

/* Those of the first close are in good hands already. */
static bool take_out_known(struct net_session_del_state *state)
{
	bool is_new = false;

	for (size_t i = 0; i < state->more.num; i++) {
		struct session_target *target = &state->more.list[i];
		const struct session_target *known =
			session_targets_get(state->targets, &target->key);

		if (known == NULL || known->fate == SESSION_GONE ||
		    known->fate == SESSION_OWNER_DIED) {
			is_new = true;
		} else {
			target->fate = known->fate;
		}
	}
	return is_new;
}

static NTSTATUS receive_found(struct net_session_del_state *state,
			      struct tevent_req *subreq,
			      struct session_targets *found)
{
	const struct timeval now = timeval_current();
	const struct timeval end =
		timeval_sum(&state->find_start, &state->limit);
	NTSTATUS status = session_find_recv(subreq, state->audit, found);

	TALLOC_FREE(subreq);
	if (state->work.child != NULL) {
		state->limit = tevent_timeval_until(&now, &end);
	}
	if (!NT_STATUS_EQUAL(status, NT_STATUS_IO_TIMEOUT)) {
		return status;
	}
	state->incomplete = true;
	/* noting them takes the same kind of walk */
	state->end_durable = false;
	return NT_STATUS_OK;
}

static bool is_second(const struct net_session_del_state *state)
{
	return state->targets->num != 0;
}

static void net_session_del_found(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	struct net_session_del_state *state =
		tevent_req_data(req, struct net_session_del_state);
	const bool second = is_second(state);
	struct session_targets *found = second ? &state->more : state->targets;
	NTSTATUS status = receive_found(state, subreq, found);

	if (NT_STATUS_EQUAL(status, NT_STATUS_REVISION_MISMATCH) && !second) {
		tevent_req_nterror(req, status);
	} else if (!NT_STATUS_IS_OK(status)) {
		finish(req, worse(state->result, call_work_fault(status)));
	} else if (second && take_out_known(state)) {
		close_targets(req, found);
	} else if (second) {
		state->more.num = 0;
		finish(req,
		       state->incomplete ? worse(state->result, WERR_TIMEOUT)
					 : state->result);
	} else if (found->num != 0) {
		close_first(req);
	} else if (may_look_up(state, found)) {
		look_up(req, false);
	} else {
		finish(req,
		       state->incomplete ? WERR_TIMEOUT
					 : WERR_NERR_CLIENTNAMENOTFOUND);
	}
}

/* The name is on record, and both that close and the look-up are done. */
static void find_more(struct tevent_req *req)
{
	struct net_session_del_state *state =
		tevent_req_data(req, struct net_session_del_state);

	if (state->is_closing || state->is_looking_up) {
		return;
	}
	if (state->addresses.num == 0) {
		finish(req, state->result);
		return;
	}
	state->work.query.client.resolved = &state->addresses;
	find(req);
}

static void net_session_del_looked_up(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	struct net_session_del_state *state =
		tevent_req_data(req, struct net_session_del_state);
	WERROR result = client_lookup_recv(subreq, &state->addresses);

	TALLOC_FREE(subreq);
	state->is_looking_up = false;
	if (is_second(state)) {
		/* one that fails or is late adds nothing */
		if (!W_ERROR_IS_OK(result)) {
			DBG_NOTICE("no addresses for a client name that is "
				   "on record: %s\n",
				   win_errstr(result));
		}
		find_more(req);
		return;
	}
	if (!W_ERROR_IS_OK(result)) {
		finish(req, result);
		return;
	}
	state->work.query.client.resolved = &state->addresses;
	find(req);
}

/* What the first close has left of the time, or a second. */
static struct timeval rest_of_limit(const struct net_session_del_state *state)
{
	const struct timeval least = {.tv_sec = 1};
	const struct timeval now = timeval_current();
	const struct timeval end =
		timeval_sum(&state->close_start, &state->limit);
	const struct timeval rest = tevent_timeval_until(&now, &end);

	return timeval_compare(&rest, &least) < 0 ? least : rest;
}

static void net_session_del_closed(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	struct net_session_del_state *state =
		tevent_req_data(req, struct net_session_del_state);
	struct durable_opens *leftover = NULL;
	NTSTATUS status = session_close_recv(subreq, state, &leftover);

	TALLOC_FREE(subreq);
	state->is_closing = false;
	if (leftover != NULL) {
		background_close_continue(&state->module->background,
					  state->call->event_ctx,
					  state->work.closer,
					  state->waiting.targets,
					  leftover);
	}
	if (!NT_STATUS_IS_OK(status)) {
		state->result = worse(state->result, call_work_fault(status));
	} else if (state->incomplete) {
		state->result = worse(state->result, WERR_TIMEOUT);
	}
	if (state->more.num != 0) {
		finish(req, state->result);
		return;
	}
	state->limit = rest_of_limit(state);
	find_more(req);
}

/* Once in the worker's life, and before anything is done. */
static WERROR open_tables(struct net_session_del_state *state)
{
	NTSTATUS status = NT_STATUS_OK;

	/* a child opens its own */
	if (state->end_durable && state->work.child == NULL) {
		status = session_closer_open_durable(state->work.closer);
	}
	return NT_STATUS_IS_OK(status) ? WERR_OK : call_work_fault(status);
}

/* Everything before the table is read. */
static WERROR prepare(struct net_session_del_state *state)
{
	static const struct child_service *const services[] = {
		&session_find_service,
		&session_close_service,
		NULL,
	};
	WERROR result;

	if (!call_work_init(state,
			    state->module,
			    state->call->conn,
			    services,
			    &state->work)) {
		return WERR_NOT_ENOUGH_MEMORY;
	}
	result = session_query_parse(state,
				     state->r->in.client,
				     state->r->in.user,
				     &state->work.query);
	if (!W_ERROR_IS_OK(result)) {
		return result;
	}
	if (waiting_calls_full(&state->module->waiting)) {
		return WERR_BUSY;
	}
	return open_tables(state);
}

static bool init(struct net_session_del_state *state,
		 struct sessiondel_module *module,
		 struct dcesrv_call_state *call,
		 struct srvsvc_NetSessDel *r,
		 const struct audit_call *asked)
{
	*state = (struct net_session_del_state){
		.module = module,
		.call = call,
		.r = r,
		/* only smbd can end what it also keeps on disk */
		.end_durable = settings_read(&module->settings,
					     SETTING_DURABLE_HANDLES) &&
			       !lp_persistent_handles(),
		.audit = audit_call_keep(state, asked),
	};
	if (state->audit == NULL ||
	    !call_wait_init(module,
			    call,
			    settings_read(&module->settings, SETTING_TIMEOUT),
			    &state->wait)) {
		return false;
	}
	state->targets = &state->audit->targets;
	state->limit = state->wait.limit;
	return true;
}

static struct tevent_req *net_session_del_send(struct sessiondel_module *module,
					       struct dcesrv_call_state *call,
					       struct srvsvc_NetSessDel *r,
					       const struct audit_call *asked)
{
	struct net_session_del_state *state = NULL;
	struct tevent_req *req =
		tevent_req_create(call, &state, struct net_session_del_state);
	WERROR result;

	if (req == NULL) {
		return NULL;
	}
	if (!init(state, module, call, r, asked)) {
		talloc_free(req);
		return NULL;
	}
	result = prepare(state);
	if (W_ERROR_IS_OK(result)) {
		find(req);
	} else {
		finish(req, result);
	}
	return req;
}

/* The audit has the targets of both closes. */
static WERROR merge_targets(struct net_session_del_state *state)
{
	const size_t first = state->targets->num;

	for (size_t i = 0; i < state->more.num; i++) {
		const struct session_target *target = &state->more.list[i];
		/* what is added is not sorted in yet */
		const struct session_targets known = {
			.list = state->targets->list,
			.num = first,
		};

		if (session_targets_get(&known, &target->key) == NULL &&
		    !session_targets_add(state->audit,
					 state->targets,
					 target)) {
			return WERR_NOT_ENOUGH_MEMORY;
		}
	}
	return state->result;
}

/* The caller's own session goes when it has its answer. */
static WERROR schedule_own_close(struct net_session_del_state *state)
{
	WERROR result = merge_targets(state);

	for (size_t i = 0; i < state->targets->num; i++) {
		struct session_target *target = &state->targets->list[i];

		if (target->fate == SESSION_OWN &&
		    !background_close_own(&state->module->background,
					  state->call->event_ctx,
					  state->call->conn,
					  state->work.closer,
					  target,
					  state->end_durable)) {
			target->fate = SESSION_NOT_ASKED;
			result = WERR_NOT_ENOUGH_MEMORY;
		}
	}
	return result;
}

/* Frees the request. The call has its result then, or is for stock Samba. */
static NTSTATUS end_call(struct tevent_req *req)
{
	struct net_session_del_state *state =
		tevent_req_data(req, struct net_session_del_state);
	struct srvsvc_NetSessDel *r = state->r;
	NTSTATUS status = NT_STATUS_OK;

	if (tevent_req_is_nterror(req, &status)) {
		if (NT_STATUS_EQUAL(status, NT_STATUS_REVISION_MISMATCH)) {
			talloc_free(req);
			return status;
		}
		state->result = call_work_fault(status);
	} else if (tevent_req_is_in_progress(req)) {
		state->result = WERR_NERR_INTERNALERROR;
	}
	r->out.result = schedule_own_close(state);
	state->audit->addresses = state->addresses;
	audit_call(&state->module->audit,
		   state->call->event_ctx,
		   state->audit,
		   r->out.result);
	talloc_free(req);
	return NT_STATUS_OK;
}

static void net_session_del_done(struct tevent_req *req)
{
	struct net_session_del_state *state =
		tevent_req_data(req, struct net_session_del_state);
	struct sessiondel_module *module = state->module;
	struct dcesrv_call_state *call = state->call;
	struct srvsvc_NetSessDel *r = state->r;

	if (!NT_STATUS_IS_OK(end_call(req))) {
		module_leave_to_stock(module, call, r);
	}
	async_reply(call);
}

static int stop_waiting(struct net_session_del_state *state)
{
	waiting_call_stop(&state->waiting);
	return 0;
}

static NTSTATUS serve(struct tevent_req *req)
{
	struct net_session_del_state *state =
		tevent_req_data(req, struct net_session_del_state);
	const struct session_targets *targets = state->waiting.targets;

	if (!call_wait_for(&state->wait,
			   state->call,
			   req,
			   net_session_del_done,
			   NULL)) {
		return end_call(req);
	}
	waiting_call_start(&state->module->waiting,
			   &state->waiting,
			   targets != NULL ? targets : state->targets);
	talloc_set_destructor(state, stop_waiting);
	return NT_STATUS_OK;
}

NTSTATUS net_session_del(struct sessiondel_module *module,
			 struct dcesrv_call_state *call,
			 struct srvsvc_NetSessDel *r)
{
	struct audit_call asked = {
		.caller = call_caller(module, call),
		.client_name = r->in.client,
		.user_name = r->in.user,
		.start = timeval_current(),
	};
	struct tevent_req *req = NULL;

	if (!asked.caller.may_end_sessions) {
		r->out.result = WERR_ACCESS_DENIED;
		audit_refusal(&module->audit, call->event_ctx, &asked);
		return NT_STATUS_OK;
	}
	if (!asked.caller.no_memory) {
		req = net_session_del_send(module, call, r, &asked);
	}
	if (req == NULL) {
		r->out.result = WERR_NOT_ENOUGH_MEMORY;
		audit_call_now(&module->audit,
			       call->event_ctx,
			       &asked,
			       WERR_NOT_ENOUGH_MEMORY);
		return NT_STATUS_OK;
	}
	return serve(req);
}
