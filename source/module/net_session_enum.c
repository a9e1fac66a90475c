/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NetrSessionEnum, [MS-SRVS] 3.1.4.5: what NetrSessionDel can close. */

#include "net_session_enum.h"

#include "lib/util/debug.h"
#include "libcli/security/dom_sid.h"
#include "librpc/gen_ndr/srvsvc.h"

#include "source/session/child/side_process.h"
#include "source/session/find/session_list_in_child.h"

#include "blocking_call.h"
#include "caller.h"
#include "client_lookup.h"
#include "async_reply.h"
#include "module.h"
#include "pipe_session.h"
#include "session_info.h"
#include "session_lookup.h"
#include "session_page.h"
#include "waiting_call.h"

struct net_session_enum_state {
	struct waiting_call waiting;
	struct sessiondel_module *module;
	struct dcesrv_call_state *call;
	struct srvsvc_NetSessEnum *r;
	struct timeval start;
	struct session_query query;
	/* ResumeHandle as it came in: the answer overwrites it */
	uint32_t resume;
	/* of the client that the query names, after a lookup */
	struct client_addresses addresses;
	struct session_list list;
};

/* The structs and the count that came in must not go back as the answer. */
static void empty_answer(struct srvsvc_NetSessEnum *r, WERROR result)
{
	r->out.info_ctr->ctr = (union srvsvc_NetSessCtr){.ctr0 = NULL};
	*r->out.totalentries = 0;
	r->out.resume_handle = r->in.resume_handle;
	r->out.result = result;
}

static bool may_list(const struct sessiondel_module *module,
		     struct dcesrv_call_state *call)
{
	const struct session_scope_caller carrier =
		pipe_session_caller(module->pipes, call->conn);
	const struct caller caller = caller_of(call, carrier.address);
	struct dom_sid_buf sid;

	if (!caller.may_end_sessions) {
		DBG_NOTICE("%s may not list sessions\n",
			   dom_sid_str_buf(&caller.sid, &sid));
	}
	return caller.may_end_sessions;
}

/* Which of the two names, if any, matched no session? */
static WERROR found_result(const struct net_session_enum_state *state)
{
	/* on later pages of an enumeration, all sessions may have ended */
	if (state->list.num != 0 || state->resume != 0) {
		return WERR_OK;
	}
	if (state->query.client.name != NULL && !state->list.client_seen) {
		return WERR_NERR_CLIENTNAMENOTFOUND;
	}
	if (state->query.user.whole != NULL) {
		return WERR_NERR_USERNOTFOUND;
	}
	return WERR_OK;
}

static WERROR answer_page(struct net_session_enum_state *state)
{
	struct srvsvc_NetSessEnum *r = state->r;
	const struct session_page page =
		session_page_choose(&state->list,
				    r->out.info_ctr->level,
				    r->in.max_buffer,
				    state->resume);

	if (!session_info_fill(state->call,
			       r->out.info_ctr,
			       page.num != 0 ? &state->list.rows[page.first]
					     : NULL,
			       page.num)) {
		return WERR_NOT_ENOUGH_MEMORY;
	}
	*r->out.totalentries = page.total;
	if (r->out.resume_handle != NULL) {
		*r->out.resume_handle = page.resume;
	}
	return page.resume != 0 ? WERR_MORE_DATA : WERR_OK;
}

/* status: of making the list. */
static void set_result(struct net_session_enum_state *state, NTSTATUS status)
{
	WERROR *result = &state->r->out.result;

	if (!NT_STATUS_IS_OK(status)) {
		*result = session_lookup_fault(status);
		return;
	}
	*result = found_result(state);
	if (W_ERROR_IS_OK(*result)) {
		*result = answer_page(state);
	}
}

static bool wants_opens(const struct net_session_enum_state *state)
{
	return session_info_counts_opens(state->r->out.info_ctr->level);
}

static struct tevent_req *list_in_child_send(struct tevent_context *ev,
					     struct timeval limit,
					     void *private_data)
{
	struct net_session_enum_state *state = private_data;
	struct session_lookup lookup;
	NTSTATUS status =
		session_lookup_begin(state->module, state->call->conn, &lookup);

	if (!NT_STATUS_IS_OK(status)) {
		return NULL;
	}
	return session_list_in_child_send(state,
					  ev,
					  lookup.table,
					  &state->query,
					  &lookup.scope,
					  wants_opens(state),
					  limit);
}

static NTSTATUS list_in_child_now(struct net_session_enum_state *state)
{
	struct tevent_req *req =
		blocking_call_run(state, list_in_child_send, state);

	return req != NULL ? session_list_in_child_recv(req,
							state->call,
							&state->list)
			   : NT_STATUS_NO_MEMORY;
}

static NTSTATUS list_here(struct net_session_enum_state *state)
{
	struct session_lookup lookup;
	NTSTATUS status =
		session_lookup_begin(state->module, state->call->conn, &lookup);

	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	return session_list_make(state->call,
				 lookup.table,
				 &state->query,
				 &lookup.scope,
				 wants_opens(state),
				 &state->list);
}

static int stop_waiting(struct net_session_enum_state *state)
{
	waiting_call_stop(&state->waiting);
	return 0;
}

static void start_waiting(struct net_session_enum_state *state)
{
	static const struct session_targets none = {.num = 0};

	waiting_call_start(&state->module->waiting, &state->waiting, &none);
	talloc_set_destructor(state, stop_waiting);
	state->call->state_flags |= DCESRV_CALL_STATE_FLAG_ASYNC;
}

/* Frees the state. */
static void send_answer(struct net_session_enum_state *state)
{
	struct dcesrv_call_state *call = state->call;

	talloc_free(state);
	async_reply(call);
}

static void net_session_enum_listed(struct tevent_req *req);

/* False if there is nothing to wait for; the result is set then. */
static bool list_later(struct net_session_enum_state *state)
{
	const struct timeval timeout = {
		.tv_sec = settings_read(&state->module->settings,
					SETTING_TIMEOUT),
	};
	const struct timeval limit = async_reply_limit(&state->start, timeout);
	struct tevent_req *req =
		list_in_child_send(state->call->event_ctx, limit, state);

	if (req == NULL) {
		state->r->out.result = WERR_NOT_ENOUGH_MEMORY;
		return false;
	}
	tevent_req_set_callback(req, net_session_enum_listed, state);
	return true;
}

static void net_session_enum_looked_up(struct tevent_req *req)
{
	struct net_session_enum_state *state =
		tevent_req_callback_data(req, struct net_session_enum_state);
	WERROR result = client_lookup_recv(req, &state->addresses);

	TALLOC_FREE(req);
	if (W_ERROR_IS_OK(result)) {
		state->query.client.resolved = &state->addresses;
		if (!side_process_needed()) {
			set_result(state, list_here(state));
		} else if (list_later(state)) {
			return;
		}
	} else if (!W_ERROR_EQUAL(result, WERR_NERR_CLIENTNAMENOTFOUND)) {
		state->r->out.result = result;
	}
	/* otherwise the answer is what was found without addresses */
	send_answer(state);
}

/*
 * Nothing matched, but the client's name may stand for addresses. This is done
 * for every page, because nothing is kept between two pages.
 */
static bool has_to_look_up(const struct net_session_enum_state *state)
{
	return state->list.num == 0 && state->list.other_clients &&
	       state->query.client.resolved == NULL &&
	       client_lookup_wanted(state->module, &state->query.client);
}

/* False if there is nothing to wait for; the result is set then. */
static bool look_up_later(struct net_session_enum_state *state)
{
	struct tevent_req *req = client_lookup_send(state,
						    state->call->event_ctx,
						    state->module,
						    &state->query.client);

	if (req == NULL) {
		state->r->out.result = WERR_NOT_ENOUGH_MEMORY;
		return false;
	}
	tevent_req_set_callback(req, net_session_enum_looked_up, state);
	return true;
}

static void net_session_enum_listed(struct tevent_req *req)
{
	struct net_session_enum_state *state =
		tevent_req_callback_data(req, struct net_session_enum_state);
	NTSTATUS status =
		session_list_in_child_recv(req, state->call, &state->list);

	TALLOC_FREE(req);
	set_result(state, status);
	if (!NT_STATUS_IS_OK(status) || !has_to_look_up(state) ||
	    !look_up_later(state)) {
		send_answer(state);
	}
}

/* Either the answer comes later, or the result is set. */
static void wait_if_free(struct net_session_enum_state *state,
			 bool (*begin)(struct net_session_enum_state *state))
{
	if (waiting_calls_full(&state->module->waiting)) {
		state->r->out.result = WERR_BUSY;
	} else if (begin(state)) {
		start_waiting(state);
	}
}

static NTSTATUS serve_call(struct net_session_enum_state *state)
{
	struct srvsvc_NetSessEnum *r = state->r;
	bool may_async =
		state->call->state_flags & DCESRV_CALL_STATE_FLAG_MAY_ASYNC;
	NTSTATUS status;

	r->out.result = session_query_parse_any(state,
						r->in.client,
						r->in.user,
						&state->query);
	if (!W_ERROR_IS_OK(r->out.result)) {
		return NT_STATUS_OK;
	}
	if (may_async && side_process_needed()) {
		wait_if_free(state, list_later);
		return NT_STATUS_OK;
	}
	status = side_process_needed() ? list_in_child_now(state)
				       : list_here(state);
	if (NT_STATUS_EQUAL(status, NT_STATUS_REVISION_MISMATCH)) {
		return status;
	}
	set_result(state, status);
	if (NT_STATUS_IS_OK(status) && may_async && has_to_look_up(state)) {
		wait_if_free(state, look_up_later);
	}
	return NT_STATUS_OK;
}

NTSTATUS net_session_enum(struct sessiondel_module *module,
			  struct dcesrv_call_state *call,
			  struct srvsvc_NetSessEnum *r)
{
	struct net_session_enum_state *state = NULL;

	if (!may_list(module, call)) {
		empty_answer(r, WERR_ACCESS_DENIED);
		return NT_STATUS_OK;
	}
	if (!session_info_has_level(r->in.info_ctr->level)) {
		empty_answer(r, WERR_INVALID_LEVEL);
		return NT_STATUS_OK;
	}
	empty_answer(r, WERR_NOT_ENOUGH_MEMORY);
	state = talloc(call, struct net_session_enum_state);
	if (state == NULL) {
		return NT_STATUS_OK;
	}
	*state = (struct net_session_enum_state){
		.module = module,
		.call = call,
		.r = r,
		.start = timeval_current(),
		.resume =
			r->in.resume_handle != NULL ? *r->in.resume_handle : 0,
	};
	return serve_call(state);
}
