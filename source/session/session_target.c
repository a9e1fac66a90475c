/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sessions that one call is to end: found in the table, with their fate. */

#include "session_target.h"

#include "lib/util/server_id.h"
#include "libcli/security/dom_sid.h"
#include "librpc/gen_ndr/auth.h"
#include "librpc/ndr/libndr.h"

#include "source/session/match/session_prefilter.h"
#include "source/session/tables/session_owner.h"

/* How many smbds a walk remembers. */
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
	/* one may be the caller's */
	bool like_caller;
	/* the caller's token was in the table */
	bool caller_seen;
	/* smbds that were found alive, each has many sessions */
	struct live_owner live[LIVE_OWNERS];
};

/* Room for one more, doubled when it is used up. */
static bool make_room(TALLOC_CTX *mem_ctx, struct session_targets *targets)
{
	struct session_target *list = targets->list;

	if (targets->num < talloc_array_length(list)) {
		return true;
	}
	list = talloc_realloc(mem_ctx,
			      list,
			      struct session_target,
			      targets->num != 0 ? 2 * targets->num : 4);
	if (list == NULL) {
		return false;
	}
	targets->list = list;
	return true;
}

/* The unix name is all there is of some guests. */
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

/* The same user at the other end of the caller's connection. */
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

bool session_targets_add(TALLOC_CTX *mem_ctx,
			 struct session_targets *targets,
			 const struct session_target *target)
{
	struct session_target *added = NULL;

	if (!make_room(mem_ctx, targets)) {
		return false;
	}
	added = &targets->list[targets->num];
	*added = *target;
	added->user = talloc_strdup(targets->list, target->user);
	added->client = talloc_strdup(targets->list, target->client);
	if (added->user == NULL || added->client == NULL) {
		return false;
	}
	targets->num += 1;
	return true;
}

static NTSTATUS add_target(struct find_state *state,
			   const struct smbXsrv_session_global *session,
			   enum smbXsrv_version_values version,
			   const struct user_identity *user)
{
	struct session_targets *targets = state->targets;
	struct session_target *target = NULL;
	const struct dom_sid sid = session_user_sid(session->auth_session_info);

	if (!make_room(state->mem_ctx, targets)) {
		return NT_STATUS_NO_MEMORY;
	}
	target = &targets->list[targets->num];
	*target = (struct session_target){
		.key =
			{
				.global_id = session->session_global_id,
				.wire_id = session->session_wire_id,
				.creation_time = session->creation_time,
			},
		.version = version,
		.owner = session->channels[0].server_id,
		.user_sid = sid,
		.user = display_name(targets->list, user),
		.client = talloc_strdup(targets->list,
					session->channels[0].remote_address),
		.like_caller =
			is_like_caller(session, &sid, &state->scope->caller),
		.fate = has_token(session, &state->scope->caller)
				? SESSION_OWN
				: SESSION_NOT_ASKED,
	};
	if (target->user == NULL || target->client == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	targets->num += 1;
	state->like_caller = state->like_caller || target->like_caller;
	if (state->scope->found != NULL) {
		state->scope->found(target, state->scope->private_data);
	}
	return NT_STATUS_OK;
}

/* A target, or the first session that tells that there are other clients. */
static bool may_be_target(TDB_DATA value, void *private_data)
{
	const struct find_state *state = private_data;
	const struct session_query *query = state->query;

	return session_prefilter_user(&query->user, value) &&
	       (!state->targets->other_clients ||
		session_prefilter_client(&query->client, value));
}

/* One that dies after this walk saw it is noticed when it is asked. */
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

/* Is the caller's token anywhere in the table? */
static NTSTATUS find_caller(struct session_table *table,
			    const struct session_scope_caller *caller,
			    bool *found)
{
	struct caller_search search = {.caller = caller};
	NTSTATUS status;

	/* no answer in 4.22, and in 4.17 one that a GUID never spoils */
	(void)GUID_to_ndr_buf(&caller->token, &search.token);

	status =
		session_table_walk(table, may_be_caller, visit_caller, &search);
	*found = search.found;
	return status;
}

static void spare_like_caller(struct session_targets *targets)
{
	for (size_t i = 0; i < targets->num; i++) {
		struct session_target *target = &targets->list[i];

		if (target->like_caller) {
			target->fate = SESSION_OWN;
		}
	}
}

/*
 * A client that authenticates its session anew gets a new token there, and
 * pipes that were open before keep the old one. Only where a target may be such
 * a session, the table is searched for the token.
 */
static NTSTATUS settle_own(struct session_table *table,
			   const struct session_scope_caller *caller,
			   struct find_state *state)
{
	NTSTATUS status = NT_STATUS_OK;

	if (state->like_caller && !state->caller_seen &&
	    !GUID_all_zero(&caller->token)) {
		status = find_caller(table, caller, &state->caller_seen);
	}
	if (!state->caller_seen) {
		spare_like_caller(state->targets);
	}
	return status;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_keys(const void *a, const void *b)
{
	const struct session_key *key_a = a;
	const struct session_key *key_b = b;
	int ret = compare_numbers(key_a->global_id, key_b->global_id);

	if (ret == 0) {
		ret = compare_numbers(key_a->wire_id, key_b->wire_id);
	}
	if (ret == 0) {
		ret = compare_numbers(key_a->creation_time,
				      key_b->creation_time);
	}
	return ret;
}

/* A record that moves between nodes during the walk is met twice. */
static void drop_doubles(struct session_targets *targets)
{
	size_t kept = 1;

	for (size_t i = 1; i < targets->num; i++) {
		if (compare_keys(&targets->list[i], &targets->list[kept - 1]) !=
		    0) {
			targets->list[kept++] = targets->list[i];
		}
	}
	targets->num = kept;
}

void session_targets_complete(struct session_targets *targets, bool all_found)
{
	if (targets->num == 0) {
		return;
	}
	if (!all_found) {
		spare_like_caller(targets);
	}
	qsort(targets->list,
	      targets->num,
	      sizeof(*targets->list),
	      compare_keys);
	drop_doubles(targets);
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
		status = settle_own(table, &scope->caller, &state);
	}
	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	session_targets_complete(targets, true);
	return NT_STATUS_OK;
}

const struct session_target *session_targets_get(
	const struct session_targets *targets,
	const struct session_key *key)
{
	if (targets->num == 0) {
		return NULL;
	}
	return bsearch(key,
		       targets->list,
		       targets->num,
		       sizeof(*targets->list),
		       compare_keys);
}
