/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NetrSessionEnum, [MS-SRVS] 3.1.4.5: the list that NetrSessionDel ends. */

#include "net_session_enum.h"

#include "lib/util/debug.h"
#include "librpc/gen_ndr/srvsvc.h"

#include "source/session/session_list.h"

#include "caller.h"
#include "module.h"
#include "session_info.h"
#include "session_lookup.h"
#include "session_page.h"

struct net_session_enum_state {
	struct sessiondel_module *module;
	struct dcesrv_call_state *call;
	struct srvsvc_NetSessEnum *r;
	struct session_query query;
	struct session_list list;
};

/* What came in is no answer: neither its structs nor its count. */
static void empty_answer(struct srvsvc_NetSessEnum *r)
{
	r->out.info_ctr->ctr = (union srvsvc_NetSessCtr){.ctr0 = NULL};
	*r->out.totalentries = 0;
	r->out.resume_handle = r->in.resume_handle;
	r->out.result = WERR_NOT_ENOUGH_MEMORY;
}

static bool may_list(TALLOC_CTX *mem_ctx,
		     struct dcesrv_call_state *call,
		     WERROR *result)
{
	const struct caller *caller = caller_of(mem_ctx, call);

	if (caller == NULL) {
		*result = WERR_NOT_ENOUGH_MEMORY;
		return false;
	}
	if (!caller->may_end_sessions) {
		DBG_NOTICE("%s from %s may not list sessions\n",
			   caller->sid,
			   caller->address);
		*result = WERR_ACCESS_DENIED;
		return false;
	}
	return true;
}

static uint32_t resume_handle(const struct srvsvc_NetSessEnum *r)
{
	return r->in.resume_handle != NULL ? *r->in.resume_handle : 0;
}

static NTSTATUS make_list(struct net_session_enum_state *state)
{
	const struct session_scope scope =
		session_lookup_scope(state->module, state->call->conn);
	struct session_table *table = NULL;
	NTSTATUS status = session_lookup_table(state->module, &table);

	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	return session_list_make(state->call,
				 table,
				 &state->query,
				 &scope,
				 &state->list);
}

/* Which of the two names has nobody. */
static WERROR found_result(const struct net_session_enum_state *state)
{
	/* later answers of an enumeration may find that all have left */
	if (state->list.num != 0 || resume_handle(state->r) != 0) {
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

static NTSTATUS answer_page(struct net_session_enum_state *state)
{
	struct srvsvc_NetSessEnum *r = state->r;
	const uint32_t level = r->out.info_ctr->level;
	const struct session_page page = session_page_choose(&state->list,
							     level,
							     r->in.max_buffer,
							     resume_handle(r));
	struct session_row *rows =
		page.num != 0 ? &state->list.rows[page.first] : NULL;

	if (page.num != 0 && session_info_counts_opens(level)) {
		NTSTATUS status = session_list_count_opens(rows, page.num);

		if (!NT_STATUS_IS_OK(status)) {
			return status;
		}
	}
	if (!session_info_fill(state->call, r->out.info_ctr, rows, page.num)) {
		return NT_STATUS_NO_MEMORY;
	}
	*r->out.totalentries = page.total;
	if (r->out.resume_handle != NULL) {
		*r->out.resume_handle = page.resume;
	}
	r->out.result = page.resume != 0 ? WERR_MORE_DATA : WERR_OK;
	return NT_STATUS_OK;
}

static NTSTATUS list_sessions(struct net_session_enum_state *state)
{
	NTSTATUS status = make_list(state);

	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	state->r->out.result = found_result(state);
	if (!W_ERROR_IS_OK(state->r->out.result)) {
		return NT_STATUS_OK;
	}
	return answer_page(state);
}

static NTSTATUS serve(struct net_session_enum_state *state)
{
	struct srvsvc_NetSessEnum *r = state->r;
	NTSTATUS status;

	if (!session_info_has_level(r->in.info_ctr->level)) {
		r->out.result = WERR_INVALID_LEVEL;
		return NT_STATUS_OK;
	}
	r->out.result = session_query_parse_any(state->call,
						r->in.client,
						r->in.user,
						&state->query);
	if (!W_ERROR_IS_OK(r->out.result)) {
		return NT_STATUS_OK;
	}
	status = list_sessions(state);
	if (NT_STATUS_EQUAL(status, NT_STATUS_REVISION_MISMATCH)) {
		return status;
	}
	if (!NT_STATUS_IS_OK(status)) {
		r->out.result = session_lookup_fault(status);
	}
	return NT_STATUS_OK;
}

NTSTATUS net_session_enum(struct sessiondel_module *module,
			  struct dcesrv_call_state *call,
			  struct srvsvc_NetSessEnum *r)
{
	struct net_session_enum_state state = {
		.module = module,
		.call = call,
		.r = r,
	};

	empty_answer(r);
	if (!may_list(call, call, &r->out.result)) {
		return NT_STATUS_OK;
	}
	return serve(&state);
}
