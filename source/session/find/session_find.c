/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Find the sessions that match a query in the session table. */

#include "session_find.h"

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
	/* a record has the caller's token */
	bool caller_seen;
	/* smbds that were found alive: each may have many sessions */
	struct live_owner live[LIVE_OWNERS];
};

/* Some guests have only a unix name. */
static char *display_name(TALLOC_CTX *mem_ctx, const struct user_identity *user)
{
	if (user->account == NULL || user->account[0] == '\0') {
		return talloc_strdup(mem_ctx,
				     user->unix_name != NULL ? user->unix_name
							     : "");
	}
	return talloc_asprintf(mem_ctx,
			       "%s\\%s",
			       user->domain != NULL ? user->domain : "",
			       user->account);
}

static bool has_token(const struct smbXsrv_session_global *session,
		      const struct session_scope_caller *caller)
{
	return !GUID_all_zero(&caller->token) &&
	       GUID_equal(&session->auth_session_info->unique_session_token,
			  &caller->token);
}

/* Is it a session of the caller's user on the caller's connection? */
static bool is_like_caller(const struct smbXsrv_session_global *session,
			   const struct dom_sid *user,
			   const struct session_scope_caller *caller)
{
	if (caller->address == NULL || !dom_sid_equal(user, &caller->user)) {
		return false;
	}
	for (uint32_t i = 0; i < session->num_channels; i++) {
		if (strcmp(session->channels[i].remote_address,
			   caller->address) == 0) {
			return true;
		}
	}
	return false;
}

static NTSTATUS add_target(struct find_state *state,
			   const struct smbXsrv_session_global *session,
			   enum smbXsrv_version_values version,
			   const struct user_identity *user)
{
	const struct dom_sid sid = session_user_sid(session->auth_session_info);
	char *name = display_name(state->mem_ctx, user);
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
		.fate = has_token(session, &state->scope->caller)
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
	if (has_token(session, &state->scope->caller)) {
		state->caller_seen = true;
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
	    has_token(session, search->caller)) {
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
	NTSTATUS status;

	/* void in 4.22; in 4.17 it cannot fail for a GUID */
	(void)GUID_to_ndr_buf(&caller->token, &search.token);

	status =
		session_table_walk(table, may_be_caller, visit_caller, &search);
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
	if (!state->like_caller || state->caller_seen ||
	    GUID_all_zero(&caller->token)) {
		return NT_STATUS_OK;
	}
	return find_caller(table, caller, &state->caller_seen);
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
	NTSTATUS status;

	*targets = (struct session_targets){.list = NULL};
	status =
		session_table_walk(table, may_be_target, visit_session, &state);
	if (NT_STATUS_IS_OK(status)) {
		status = look_for_caller(table, &scope->caller, &state);
	}
	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	session_targets_complete(targets, state.caller_seen);
	return NT_STATUS_OK;
}
