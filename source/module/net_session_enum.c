/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NetrSessionEnum, [MS-SRVS] 3.1.4.5: the list that NetrSessionDel ends. */

#include "net_session_enum.h"

#include "lib/util/debug.h"
#include "lib/util/tevent_ntstatus.h"
#include "libcli/security/dom_sid.h"
#include "librpc/gen_ndr/srvsvc.h"
#include "librpc/rpc/dcesrv_core.h"

#include "source/session/child/call_child.h"
#include "source/session/find/session_list.h"
#include "source/session/find/session_list_in_child.h"

#include "async_reply.h"
#include "call_caller.h"
#include "call_work.h"
#include "client_lookup.h"
#include "module.h"
#include "session_info.h"
#include "session_page.h"
#include "waiting_call.h"

/*
 * The steps of a call: list; and where a client name may stand for addresses,
 * look it up and list again.
 */
struct net_session_enum_state {
	struct waiting_call waiting;
	struct sessiondel_module *module;
	struct dcesrv_call_state *call;
	struct srvsvc_NetSessEnum *r;
	struct call_wait wait;
	struct timeval start;
	struct session_work work;
	/* ResumeHandle as it came: the answer's is in the same place */
	uint32_t resume;
	/* of the client that the query names, once they were looked up */
	struct client_addresses addresses;
	struct session_list list;
};

/* What came in is no answer: neither its structs nor its count. */
static void empty_answer(struct srvsvc_NetSessEnum *r, WERROR result)
{
	r->out.info_ctr->ctr = (union srvsvc_NetSessCtr){.ctr0 = NULL};
	*r->out.totalentries = 0;
	r->out.resume_handle = r->in.resume_handle;
	r->out.result = result;
}

static WERROR check_caller(struct sessiondel_module *module,
			   struct dcesrv_call_state *call)
{
	const struct caller caller = call_caller(module, call);
	struct dom_sid_buf sid;

	if (caller.no_memory) {
		return WERR_NOT_ENOUGH_MEMORY;
	}
	if (!caller.may_end_sessions) {
		DBG_NOTICE("%s may not list sessions\n",
			   dom_sid_str_buf(&caller.sid, &sid));
		return WERR_ACCESS_DENIED;
	}
	return WERR_OK;
}

/* Which of the two names has nobody. */
static WERROR found_result(const struct net_session_enum_state *state)
{
	/* later answers of an enumeration may find that all have left */
	if (state->list.num != 0 || state->resume != 0) {
		return WERR_OK;
	}
	if (state->work.query.client.name != NULL && !state->list.client_seen) {
		return WERR_NERR_CLIENTNAMENOTFOUND;
	}
	if (state->work.query.user.whole != NULL) {
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

/* The answer from the list that there is now. */
static void finish(struct tevent_req *req)
{
	struct net_session_enum_state *state =
		tevent_req_data(req, struct net_session_enum_state);
	WERROR *result = &state->r->out.result;

	*result = found_result(state);
	if (W_ERROR_IS_OK(*result)) {
		*result = answer_page(state);
	}
	tevent_req_done(req);
}

static void fail(struct tevent_req *req, WERROR result)
{
	const struct net_session_enum_state *state =
		tevent_req_data(req, struct net_session_enum_state);

	state->r->out.result = result;
	tevent_req_done(req);
}

/*
 * The client's name may stand for addresses that nobody has on record. The same
 * on every page: nothing is kept between two.
 */
static bool may_look_up(const struct net_session_enum_state *state)
{
	return state->wait.may_be_async && state->list.other_clients &&
	       state->work.query.client.resolved == NULL &&
	       client_lookup_wanted(state->module, &state->work.query.client);
}

static void net_session_enum_listed(struct tevent_req *subreq);

static void list(struct tevent_req *req)
{
	struct net_session_enum_state *state =
		tevent_req_data(req, struct net_session_enum_state);
	struct tevent_req *subreq = session_list_send(
		state,
		state->wait.ev,
		&state->work,
		session_info_fields(state->r->out.info_ctr->level),
		async_reply_limit(&state->start, state->wait.limit));

	call_continue_after(req, subreq, net_session_enum_listed);
}

static void net_session_enum_looked_up(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	struct net_session_enum_state *state =
		tevent_req_data(req, struct net_session_enum_state);
	WERROR result = client_lookup_recv(subreq, &state->addresses);

	TALLOC_FREE(subreq);
	if (W_ERROR_IS_OK(result)) {
		state->work.query.client.resolved = &state->addresses;
		list(req);
	} else if (W_ERROR_EQUAL(result, WERR_NERR_CLIENTNAMENOTFOUND) ||
		   state->list.num != 0) {
		/* what was found without addresses is the answer */
		finish(req);
	} else {
		fail(req, result);
	}
}

static void net_session_enum_listed(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	struct net_session_enum_state *state =
		tevent_req_data(req, struct net_session_enum_state);
	NTSTATUS status = session_list_recv(subreq, state->call, &state->list);

	TALLOC_FREE(subreq);
	if (NT_STATUS_EQUAL(status, NT_STATUS_REVISION_MISMATCH)) {
		tevent_req_nterror(req, status);
	} else if (!NT_STATUS_IS_OK(status)) {
		fail(req, call_work_fault(status));
	} else if (may_look_up(state) &&
		   waiting_calls_full(&state->module->waiting)) {
		fail(req, WERR_BUSY);
	} else if (may_look_up(state)) {
		call_continue_after(
			req,
			client_lookup_send(state,
					   state->wait.ev,
					   state->module,
					   &state->work.query.client,
					   state->list.num != 0),
			net_session_enum_looked_up);
	} else {
		finish(req);
	}
}

static WERROR prepare(struct net_session_enum_state *state)
{
	static const struct child_service *const services[] = {
		&session_list_service,
		NULL,
	};
	const struct srvsvc_NetSessEnum *r = state->r;
	WERROR result;

	if (!call_wait_init(state->module,
			    state->call,
			    settings_read(&state->module->settings,
					  SETTING_TIMEOUT),
			    &state->wait) ||
	    !call_work_init(state,
			    state->module,
			    state->call->conn,
			    services,
			    &state->work)) {
		return WERR_NOT_ENOUGH_MEMORY;
	}
	result = session_query_parse_any(state,
					 r->in.client,
					 r->in.user,
					 &state->work.query);
	if (W_ERROR_IS_OK(result) && state->work.child != NULL &&
	    waiting_calls_full(&state->module->waiting)) {
		return WERR_BUSY;
	}
	return result;
}

static struct tevent_req *net_session_enum_send(
	struct sessiondel_module *module,
	struct dcesrv_call_state *call,
	struct srvsvc_NetSessEnum *r)
{
	struct net_session_enum_state *state = NULL;
	struct tevent_req *req =
		tevent_req_create(call, &state, struct net_session_enum_state);
	WERROR result;

	if (req == NULL) {
		return NULL;
	}
	*state = (struct net_session_enum_state){
		.module = module,
		.call = call,
		.r = r,
		.start = timeval_current(),
		.resume =
			r->in.resume_handle != NULL ? *r->in.resume_handle : 0,
	};
	result = prepare(state);
	if (W_ERROR_IS_OK(result)) {
		list(req);
	} else {
		fail(req, result);
	}
	return req;
}

/* Frees the request. The call has its result then, or is for stock Samba. */
static NTSTATUS end_call(struct tevent_req *req)
{
	const struct net_session_enum_state *state =
		tevent_req_data(req, struct net_session_enum_state);
	NTSTATUS status = NT_STATUS_OK;

	if (tevent_req_is_nterror(req, &status) &&
	    !NT_STATUS_EQUAL(status, NT_STATUS_REVISION_MISMATCH)) {
		state->r->out.result = call_work_fault(status);
		status = NT_STATUS_OK;
	}
	talloc_free(req);
	return status;
}

static void net_session_enum_done(struct tevent_req *req)
{
	const struct net_session_enum_state *state =
		tevent_req_data(req, struct net_session_enum_state);
	struct sessiondel_module *module = state->module;
	struct dcesrv_call_state *call = state->call;
	struct srvsvc_NetSessEnum *r = state->r;

	if (!NT_STATUS_IS_OK(end_call(req))) {
		module_leave_to_stock(module, call, r);
	}
	async_reply(call);
}

static int stop_waiting(struct net_session_enum_state *state)
{
	waiting_call_stop(&state->waiting);
	return 0;
}

static NTSTATUS serve(struct tevent_req *req)
{
	static const struct session_targets none = {.num = 0};
	struct net_session_enum_state *state =
		tevent_req_data(req, struct net_session_enum_state);

	if (!call_wait_for(&state->wait,
			   state->call,
			   req,
			   net_session_enum_done,
			   NULL)) {
		return end_call(req);
	}
	waiting_call_start(&state->module->waiting, &state->waiting, &none);
	talloc_set_destructor(state, stop_waiting);
	return NT_STATUS_OK;
}

NTSTATUS net_session_enum(struct sessiondel_module *module,
			  struct dcesrv_call_state *call,
			  struct srvsvc_NetSessEnum *r)
{
	struct tevent_req *req = NULL;
	WERROR result;

	result = check_caller(module, call);
	if (!W_ERROR_IS_OK(result)) {
		empty_answer(r, result);
		return NT_STATUS_OK;
	}
	if (!session_info_has_level(r->in.info_ctr->level)) {
		empty_answer(r, WERR_INVALID_LEVEL);
		return NT_STATUS_OK;
	}
	empty_answer(r, WERR_NOT_ENOUGH_MEMORY);
	req = net_session_enum_send(module, call, r);
	return req != NULL ? serve(req) : NT_STATUS_OK;
}
