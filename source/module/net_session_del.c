/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NetrSessionDel, [MS-SRVS] 3.1.4.6: one call from its rights to its answer. */

#include "net_session_del.h"

#include "lib/util/debug.h"
#include "librpc/gen_ndr/srvsvc.h"

#include "source/session/child/side_process.h"
#include "source/session/close/session_close.h"
#include "source/session/durable/durable_open.h"
#include "source/session/find/session_find.h"
#include "source/session/find/session_find_in_child.h"
#include "source/common/samba_records.h"

#include "blocking_call.h"
#include "caller.h"
#include "client_lookup.h"
#include "async_reply.h"
#include "background_close.h"
#include "module.h"
#include "pipe_session.h"
#include "session_lookup.h"
#include "waiting_call.h"

struct net_session_del_state {
	struct waiting_call waiting;
	struct sessiondel_module *module;
	struct dcesrv_call_state *call;
	struct srvsvc_NetSessDel *r;
	struct timeval limit;
	bool end_durable;
	struct session_query query;
	/* of the client that the query names, after a lookup */
	struct client_addresses *addresses;
	struct session_targets *targets;
	/* not all of a cluster's table could be read */
	bool incomplete;
	struct timeval find_start;
	/* owns the targets */
	struct audit_call *audit;
};

/* On a cluster the child has its own tables of opens. */
static struct share_lock_limit *child_share_lock_limit(
	const struct net_session_del_state *state)
{
	return state->end_durable && side_process_needed()
		       ? &state->module->share_lock_limit
		       : NULL;
}

static struct session_closer means_of(const struct net_session_del_state *state)
{
	struct sessiondel_module *module = state->module;

	return (struct session_closer){
		.all = &module->background,
		.ev = state->call->event_ctx,
		.table = module->table,
		.durable = state->end_durable ? module->durable : NULL,
		.child_share_lock_limit = child_share_lock_limit(state),
	};
}

/* Once per worker, before anything is closed. */
static NTSTATUS open_durable(struct sessiondel_module *module,
			     struct session_table *table)
{
	NTSTATUS status = NT_STATUS_OK;

	if (module->durable == NULL) {
		status = durable_table_open(NULL,
					    table,
					    &module->share_lock_limit,
					    &module->durable);
	}
	if (!NT_STATUS_IS_OK(status)) {
		DBG_ERR("cannot open the tables of opens: %s\n",
			nt_errstr(status));
	}
	return status;
}

/* The walk gets half the time, so that sessions can end in the other half. */
static struct tevent_req *find_in_child_send(struct tevent_context *ev,
					     struct timeval limit,
					     void *private_data)
{
	struct net_session_del_state *state = private_data;
	const uint64_t usec = (limit.tv_sec * 1000000ULL + limit.tv_usec) / 2;
	struct session_lookup lookup;
	NTSTATUS status =
		session_lookup_begin(state->module, state->call->conn, &lookup);

	if (!NT_STATUS_IS_OK(status)) {
		return NULL;
	}
	return session_find_in_child_send(
		state,
		ev,
		lookup.table,
		&state->query,
		&lookup.scope,
		(struct timeval){.tv_sec = (time_t)(usec / 1000000),
				 .tv_usec = (suseconds_t)(usec % 1000000)});
}

static NTSTATUS find_in_child_recv(struct tevent_req *req,
				   struct net_session_del_state *state)
{
	NTSTATUS status =
		session_find_in_child_recv(req, state->audit, state->targets);

	TALLOC_FREE(req);
	if (!NT_STATUS_EQUAL(status, NT_STATUS_IO_TIMEOUT)) {
		return status;
	}
	state->incomplete = true;
	/* noting durable opens would need another such walk */
	state->end_durable = false;
	return NT_STATUS_OK;
}

static NTSTATUS find_in_child_now(struct net_session_del_state *state)
{
	struct tevent_req *req =
		blocking_call_run(state, find_in_child_send, state);

	return req != NULL ? find_in_child_recv(req, state)
			   : NT_STATUS_NO_MEMORY;
}

static NTSTATUS find_here(struct net_session_del_state *state)
{
	struct session_lookup lookup;
	NTSTATUS status =
		session_lookup_begin(state->module, state->call->conn, &lookup);

	if (NT_STATUS_IS_OK(status) && state->end_durable) {
		status = open_durable(state->module, lookup.table);
	}
	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	return session_targets_find(state->audit,
				    lookup.table,
				    &state->query,
				    &lookup.scope,
				    state->targets);
}

static NTSTATUS find_targets(struct net_session_del_state *state)
{
	return side_process_needed() ? find_in_child_now(state)
				     : find_here(state);
}

/* The caller's own session is closed after the answer. */
static WERROR schedule_own_close(struct net_session_del_state *state,
				 WERROR result)
{
	const struct session_closer means = means_of(state);

	for (size_t i = 0; i < state->targets->num; i++) {
		struct session_target *target = &state->targets->list[i];

		if (target->fate != SESSION_OWN) {
			continue;
		}
		if (!background_close_own(&means, state->call->conn, target)) {
			target->fate = SESSION_NOT_ASKED;
			result = WERR_NOT_ENOUGH_MEMORY;
		}
	}
	return result;
}

/* Frees the state. The call still has to be answered. */
static void finish_and_free(struct net_session_del_state *state, WERROR result)
{
	state->r->out.result = result;
	audit_call(&state->module->audit,
		   state->call->event_ctx,
		   state->audit,
		   result);
	talloc_free(state);
}

static WERROR close_result(const struct net_session_del_state *state,
			   NTSTATUS status)
{
	if (NT_STATUS_IS_OK(status)) {
		return state->incomplete ? WERR_TIMEOUT : WERR_OK;
	}
	return session_lookup_fault(status);
}

static int stop_waiting(struct net_session_del_state *state)
{
	waiting_call_stop(&state->waiting);
	return 0;
}

static void start_waiting(struct net_session_del_state *state)
{
	waiting_call_start(&state->module->waiting,
			   &state->waiting,
			   state->targets);
	talloc_set_destructor(state, stop_waiting);
	state->call->state_flags |= DCESRV_CALL_STATE_FLAG_ASYNC;
}

static void send_answer(struct net_session_del_state *state, WERROR result)
{
	struct dcesrv_call_state *call = state->call;

	finish_and_free(state, result);
	async_reply(call);
}

static struct tevent_req *close_send(struct tevent_context *ev,
				     struct timeval limit,
				     void *private_data)
{
	struct net_session_del_state *state = private_data;
	const struct session_close_options how = {
		.limit = limit,
		.durable = state->end_durable ? state->module->durable : NULL,
		.child_share_lock_limit = child_share_lock_limit(state),
	};

	return session_close_send(state,
				  ev,
				  state->module->table,
				  state->targets,
				  &how);
}

/* Durable opens that are left are ended after the answer. */
static WERROR close_recv(struct net_session_del_state *state,
			 struct tevent_req *req)
{
	const struct session_closer means = means_of(state);
	struct durable_opens *opens = NULL;
	NTSTATUS status = session_close_recv(req, state, &opens);

	TALLOC_FREE(req);
	if (opens != NULL) {
		background_close_continue(&means, state->targets, opens);
	}
	return schedule_own_close(state, close_result(state, status));
}

static void net_session_del_closed(struct tevent_req *req);

static WERROR close_later(struct net_session_del_state *state)
{
	/* looking up the name may have taken part of the time */
	const struct timeval limit =
		async_reply_limit(&state->audit->start, state->limit);
	struct tevent_req *req =
		close_send(state->call->event_ctx, limit, state);

	if (req == NULL) {
		return WERR_NOT_ENOUGH_MEMORY;
	}
	tevent_req_set_callback(req, net_session_del_closed, state);
	return WERR_OK;
}

static void net_session_del_closed(struct tevent_req *req)
{
	struct net_session_del_state *state =
		tevent_req_callback_data(req, struct net_session_del_state);

	send_answer(state, close_recv(state, req));
}

static WERROR close_now(struct net_session_del_state *state)
{
	struct tevent_req *req = blocking_call_run(state, close_send, state);

	return req != NULL ? close_recv(state, req) : WERR_NOT_ENOUGH_MEMORY;
}

static WERROR find_result(struct net_session_del_state *state, NTSTATUS status)
{
	if (!NT_STATUS_IS_OK(status)) {
		return session_lookup_fault(status);
	}
	waiting_calls_skip_asked(&state->module->waiting, state->targets);
	waiting_calls_skip_asked(&state->module->background, state->targets);
	if (state->targets->num != 0) {
		return WERR_OK;
	}
	return state->incomplete ? WERR_TIMEOUT : WERR_NERR_CLIENTNAMENOTFOUND;
}

/* *abi_mismatch: this Samba is not what the module was built for. */
static WERROR find_and_check(struct net_session_del_state *state,
			     bool *abi_mismatch)
{
	NTSTATUS status = find_targets(state);

	*abi_mismatch = NT_STATUS_EQUAL(status, NT_STATUS_REVISION_MISMATCH);
	return find_result(state, status);
}

/* All checks before the table is read. */
static WERROR check_arguments(struct net_session_del_state *state)
{
	WERROR result = session_query_parse(state,
					    state->r->in.client,
					    state->r->in.user,
					    &state->query);

	if (!W_ERROR_IS_OK(result)) {
		return result;
	}
	if (waiting_calls_full(&state->module->waiting)) {
		return WERR_BUSY;
	}
	return WERR_OK;
}

static void net_session_del_found(struct tevent_req *req);

static WERROR find_later(struct net_session_del_state *state)
{
	struct tevent_req *req =
		find_in_child_send(state->call->event_ctx, state->limit, state);

	if (req == NULL) {
		return WERR_NOT_ENOUGH_MEMORY;
	}
	state->find_start = timeval_current();
	tevent_req_set_callback(req, net_session_del_found, state);
	return WERR_OK;
}

static void net_session_del_looked_up(struct tevent_req *req);

static WERROR look_up_later(struct net_session_del_state *state)
{
	struct tevent_req *req = client_lookup_send(state,
						    state->call->event_ctx,
						    state->module,
						    &state->query.client);

	state->addresses = talloc_zero(state, struct client_addresses);
	if (req == NULL || state->addresses == NULL) {
		return WERR_NOT_ENOUGH_MEMORY;
	}
	tevent_req_set_callback(req, net_session_del_looked_up, state);
	return WERR_OK;
}

static void net_session_del_looked_up(struct tevent_req *req)
{
	struct net_session_del_state *state =
		tevent_req_callback_data(req, struct net_session_del_state);
	WERROR result = client_lookup_recv(req, state->addresses);
	bool abi_mismatch;

	TALLOC_FREE(req);
	state->query.client.resolved = state->addresses;

	if (W_ERROR_IS_OK(result) && side_process_needed()) {
		result = find_later(state);
	} else if (W_ERROR_IS_OK(result)) {
		result = find_and_check(state, &abi_mismatch);
		if (W_ERROR_IS_OK(result)) {
			result = close_later(state);
		}
	}
	if (!W_ERROR_IS_OK(result)) {
		send_answer(state, result);
	}
}

/* Does the answer come later? *result is the answer when it does not. */
static bool continue_async(struct net_session_del_state *state, WERROR *result)
{
	if (W_ERROR_IS_OK(*result)) {
		*result = close_later(state);
		return W_ERROR_IS_OK(*result);
	}
	if (W_ERROR_EQUAL(*result, WERR_NERR_CLIENTNAMENOTFOUND) &&
	    state->targets->other_clients &&
	    state->query.client.resolved == NULL &&
	    client_lookup_wanted(state->module, &state->query.client)) {
		*result = look_up_later(state);
		return W_ERROR_IS_OK(*result);
	}
	return false;
}

static void net_session_del_found(struct tevent_req *req)
{
	struct net_session_del_state *state =
		tevent_req_callback_data(req, struct net_session_del_state);
	WERROR result = find_result(state, find_in_child_recv(req, state));
	const struct timeval now = timeval_current();
	const struct timeval end =
		timeval_sum(&state->find_start, &state->limit);

	state->limit = tevent_timeval_until(&now, &end);
	if (!continue_async(state, &result)) {
		send_answer(state, result);
	}
}

static NTSTATUS serve_call(struct net_session_del_state *state)
{
	bool may_async =
		state->call->state_flags & DCESRV_CALL_STATE_FLAG_MAY_ASYNC;
	bool abi_mismatch = false;
	WERROR result;

	state->limit.tv_sec =
		settings_read(&state->module->settings, SETTING_TIMEOUT);
	/* persistent handles are also on disk: only smbd may end them */
	state->end_durable = settings_read(&state->module->settings,
					   SETTING_DURABLE_HANDLES) &&
			     !lp_persistent_handles();
	result = check_arguments(state);
	if (W_ERROR_IS_OK(result) && may_async && side_process_needed()) {
		result = find_later(state);
		if (W_ERROR_IS_OK(result)) {
			start_waiting(state);
			return NT_STATUS_OK;
		}
	} else if (W_ERROR_IS_OK(result)) {
		result = find_and_check(state, &abi_mismatch);
	}
	if (abi_mismatch) {
		return NT_STATUS_REVISION_MISMATCH;
	}
	if (may_async && continue_async(state, &result)) {
		start_waiting(state);
		return NT_STATUS_OK;
	}
	/* no name is looked up: a resolver must not block other calls */
	if (!may_async && W_ERROR_IS_OK(result)) {
		result = close_now(state);
	}
	finish_and_free(state, result);
	return NT_STATUS_OK;
}

static struct net_session_del_state *new_state(struct sessiondel_module *module,
					       struct dcesrv_call_state *call,
					       struct srvsvc_NetSessDel *r,
					       const struct audit_call *asked)
{
	struct net_session_del_state *state =
		talloc(call, struct net_session_del_state);

	if (state == NULL) {
		return NULL;
	}
	*state = (struct net_session_del_state){
		.module = module,
		.call = call,
		.r = r,
		.audit = audit_call_keep(state, asked),
	};
	if (state->audit == NULL) {
		talloc_free(state);
		return NULL;
	}
	state->targets = &state->audit->targets;
	return state;
}

NTSTATUS net_session_del(struct sessiondel_module *module,
			 struct dcesrv_call_state *call,
			 struct srvsvc_NetSessDel *r)
{
	const struct session_scope_caller carrier =
		pipe_session_caller(module->pipes, call->conn);
	struct audit_call asked = {
		.caller = caller_of(call, carrier.address),
		.client_name = r->in.client,
		.user_name = r->in.user,
		.start = timeval_current(),
	};
	struct net_session_del_state *state = NULL;

	if (!asked.caller.may_end_sessions) {
		r->out.result = WERR_ACCESS_DENIED;
		audit_refusal(&module->audit, call->event_ctx, &asked);
		return NT_STATUS_OK;
	}
	state = new_state(module, call, r, &asked);
	if (state == NULL) {
		r->out.result = WERR_NOT_ENOUGH_MEMORY;
		audit_call_now(&module->audit,
			       call->event_ctx,
			       &asked,
			       WERR_NOT_ENOUGH_MEMORY);
		return NT_STATUS_OK;
	}
	return serve_call(state);
}
