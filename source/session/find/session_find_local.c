/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Find the sessions that match a query in the session table. */

#include "session_find_local.h"

#include "lib/util/server_id.h"
#include "libcli/security/dom_sid.h"
#include "librpc/gen_ndr/auth.h"
#include "librpc/ndr/libndr.h"

#include "source/session/match/session_prefilter.h"
#include "source/session/tables/session_owner.h"

/* Number of live smbds that a walk remembers. */
#define LIVE_OWNERS 32

struct live_owner {
	bool known;
	struct server_id id;
};

struct find_state {
	TALLOC_CTX *mem_ctx;
	const struct session_query *query;
	const struct session_scope *scope;
	struct session_targets *targets;
	/* a target may be the caller's own session */
	bool like_caller;
	/* smbds that were found alive, each has many sessions */
	struct live_owner live[LIVE_OWNERS];
};

/* The same user at the other end of the caller's connection. */
static bool is_like_caller(const struct smbXsrv_session_global *session,
			   const struct dom_sid *user,
			   const struct session_scope_caller *caller)
{
	const bool same_user =
		caller->user.sid_rev_num != 0
			? dom_sid_equal(user, &caller->user)
			: session_has_callers_login(session->auth_session_info,
						    caller);

	return same_user && session_is_on_callers_connection(session, caller);
}

static NTSTATUS add_target(struct find_state *state,
			   const struct smbXsrv_session_global *session,
			   enum smbXsrv_version_values version,
			   const struct user_identity *user)
{
	const struct dom_sid sid = session_user_sid(session->auth_session_info);
	char *name = session_display_name(state->mem_ctx, user);
	const struct session_target target = {
		.key =
			{
				.global_id = session->session_global_id,
				.wire_id = session->session_wire_id,
				.creation_time = session->creation_time,
			},
		.version = version,
		.owner = session->channels[0].server_id,
		.user_sid = sid,
		.user = name,
		.client = session->channels[0].remote_address,
		.like_caller =
			is_like_caller(session, &sid, &state->scope->caller),
		.fate = session_has_callers_token(session,
						  &state->scope->caller)
				? SESSION_OWN
				: SESSION_NOT_ASKED,
	};

	if (name == NULL ||
	    !session_targets_add(state->mem_ctx, state->targets, &target)) {
		return NT_STATUS_NO_MEMORY;
	}
	state->like_caller = state->like_caller || target.like_caller;
	if (state->scope->found != NULL) {
		state->scope->found(&target, state->scope->private_data);
	}
	talloc_free(name);
	return NT_STATUS_OK;
}

/* Could it be a target, or the first session that differs by its client? */
static bool may_be_target(TDB_DATA value, void *private_data)
{
	const struct find_state *state = private_data;
	const struct session_query *query = state->query;

	return session_prefilter_user(&query->user, value) &&
	       (!state->targets->other_clients ||
		session_prefilter_client(&query->client, value));
}

/* If an smbd dies later, this is noticed when it is asked to close. */
static bool owner_died(struct find_state *state, const struct server_id *owner)
{
	struct live_owner *live = &state->live[owner->pid % LIVE_OWNERS];

	if (live->known && server_id_equal(&live->id, owner)) {
		return false;
	}
	if (session_owner_died(owner)) {
		return true;
	}
	*live = (struct live_owner){.known = true, .id = *owner};
	return false;
}

static NTSTATUS visit_session(const struct smbXsrv_session_global *session,
			      enum smbXsrv_version_values version,
			      void *private_data)
{
	struct find_state *state = private_data;
	struct user_identity user;

	/* NULL until the first authentication is complete */
	if (session->auth_session_info == NULL) {
		return NT_STATUS_OK;
	}
	if (session_has_callers_token(session, &state->scope->caller)) {
		state->targets->caller_known = true;
	}
	user = session_user(session->auth_session_info, state->scope);
	if (!user_filter_matches(&state->query->user, &user)) {
		return NT_STATUS_OK;
	}
	if (!session_client_matches(session, &state->query->client)) {
		state->targets->other_clients = true;
		return NT_STATUS_OK;
	}
	/* one smbd owns all channels of a session */
	if (owner_died(state, &session->channels[0].server_id)) {
		return NT_STATUS_OK;
	}
	return add_target(state, session, version, &user);
}

struct caller_search {
	const struct session_scope_caller *caller;
	struct GUID_ndr_buf token;
	bool found;
};

static bool may_be_caller(TDB_DATA value, void *private_data)
{
	const struct caller_search *search = private_data;

	return memmem(value.dptr,
		      value.dsize,
		      search->token.buf,
		      sizeof(search->token.buf)) != NULL;
}

static NTSTATUS visit_caller(const struct smbXsrv_session_global *session,
			     enum smbXsrv_version_values version,
			     void *private_data)
{
	struct caller_search *search = private_data;

	(void)version;

	if (session->auth_session_info != NULL &&
	    session_has_callers_token(session, search->caller)) {
		search->found = true;
	}
	return NT_STATUS_OK;
}

/* Does any record have the caller's token? */
static NTSTATUS find_caller(struct session_table *table,
			    const struct session_scope_caller *caller,
			    bool *found)
{
	struct caller_search search = {.caller = caller};
	const struct session_walk walk = {
		.may_be_wanted = may_be_caller,
		.visit = visit_caller,
		.private_data = &search,
	};
	NTSTATUS status;

	/* void in 4.22; in 4.17 it cannot fail for a GUID */
	(void)GUID_to_ndr_buf(&caller->token, &search.token);

	status = session_table_walk(table, &walk);
	*found = search.found;
	return status;
}

/*
 * When a client authenticates its session again, the session gets a new token,
 * but pipes that are already open keep the old one. The table is searched for
 * the token only if a target could be such a session.
 */
static NTSTATUS look_for_caller(struct session_table *table,
				const struct session_scope_caller *caller,
				struct find_state *state)
{
	if (!state->like_caller || state->targets->caller_known ||
	    GUID_all_zero(&caller->token)) {
		return NT_STATUS_OK;
	}
	return find_caller(table, caller, &state->targets->caller_known);
}

NTSTATUS session_targets_find(TALLOC_CTX *mem_ctx,
			      struct session_table *table,
			      const struct session_query *query,
			      const struct session_scope *scope,
			      struct session_targets *targets)
{
	struct find_state state = {
		.mem_ctx = mem_ctx,
		.query = query,
		.scope = scope,
		.targets = targets,
	};
	const struct session_walk walk = {
		.may_be_wanted = may_be_target,
		.visit = visit_session,
		.private_data = &state,
	};
	NTSTATUS status;

	*targets = (struct session_targets){.list = NULL};
	status = session_table_walk(table, &walk);
	if (NT_STATUS_IS_OK(status)) {
		status = look_for_caller(table, &scope->caller, &state);
	}
	/* also when it is not complete: a child and its worker sort alike */
	session_targets_complete(targets);
	return status;
}
