/* SPDX-License-Identifier: GPL-3.0-or-later */
/* List the sessions that match a query. */

#include "session_list_local.h"

#include "source/session/match/listed_names.h"
#include "source/session/match/session_prefilter.h"
#include "source/session/tables/open_count.h"
#include "source/session/tables/session_owner.h"
#include "source/session/tcp/idle_time.h"

#include "protocol_names.h"
#include "smbd_users.h"

#define NTTIME_PER_SECOND 10000000

/* For more names than this, all records are decoded. */
#define FEW_NAMES 8

/* A row whose user name is not chosen yet. */
struct draft {
	struct session_row row;
	struct user_identity user;
	bool idle_known;
};

struct make_state {
	/* for temporary data */
	TALLOC_CTX *frame;
	TALLOC_CTX *mem_ctx;
	const struct session_query *query;
	const struct session_scope *scope;
	struct session_list *list;
	NTTIME now;
	struct draft *drafts;
	/* of all users who may have the same name as a listed one */
	struct known_name *names;
	size_t num_names;
	/* the accounts of the listed users, unless there are too many */
	struct user_filter accounts[FEW_NAMES];
	size_t num_accounts;
	struct session_fields fields;
	/* of the drafts' channels on this node, if their idle time is wanted */
	struct idle_time *channels;
	size_t num_channels;
	/* of the listed sessions, if their opens are wanted */
	struct smbd_user *smbds;
	size_t num_smbds;
	/* is there a session that may be of any user and on any smbd? */
	bool unreadable;
};

/*
 * Make room for one more element. A full array doubles its size. Returns NULL
 * if out of memory; the old array is still valid then.
 */
static void *make_room(TALLOC_CTX *mem_ctx,
		       void *array,
		       size_t element_size,
		       size_t num)
{
	size_t size = talloc_get_size(array);

	if (array != NULL && (num + 1) * element_size <= size) {
		return array;
	}
	return talloc_realloc_size(mem_ctx,
				   array,
				   num != 0 ? 2 * num * element_size
					    : 16 * element_size);
}

static NTSTATUS add_name(struct make_state *state,
			 const char *name,
			 const struct dom_sid *user)
{
	struct known_name *names = NULL;

	if (name == NULL || name[0] == '\0') {
		return NT_STATUS_OK;
	}
	names = make_room(state->frame,
			  state->names,
			  sizeof(*names),
			  state->num_names);
	if (names == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	names[state->num_names] =
		(struct known_name){.name = name, .user = *user};
	state->num_names += 1;
	state->names = names;
	return NT_STATUS_OK;
}

/* user: its strings belong to the frame. */
static NTSTATUS add_names(struct make_state *state,
			  const struct user_identity *user,
			  const struct dom_sid *sid)
{
	NTSTATUS status = add_name(state, user->account, sid);

	if (!NT_STATUS_IS_OK(status) ||
	    (user->account != NULL && user->unix_name != NULL &&
	     strcmp(user->account, user->unix_name) == 0)) {
		return status;
	}
	return add_name(state, user->unix_name, sid);
}

static bool copy_string(TALLOC_CTX *mem_ctx, const char **text)
{
	if (*text == NULL) {
		return true;
	}
	*text = talloc_strdup(mem_ctx, *text);
	return *text != NULL;
}

/* The strings belong to a record that is freed before names are chosen. */
static bool copy_user(TALLOC_CTX *mem_ctx, struct user_identity *user)
{
	return copy_string(mem_ctx, &user->unix_name) &&
	       copy_string(mem_ctx, &user->account) &&
	       copy_string(mem_ctx, &user->domain) &&
	       copy_string(mem_ctx, &user->dns_domain) &&
	       copy_string(mem_ctx, &user->upn);
}

static uint32_t seconds_between(NTTIME then, NTTIME now)
{
	NTTIME seconds = now > then ? (now - then) / NTTIME_PER_SECOND : 0;

	return seconds < UINT32_MAX ? (uint32_t)seconds : UINT32_MAX;
}

static NTSTATUS add_draft(struct make_state *state,
			  const struct smbXsrv_session_global *session,
			  const struct user_identity *user,
			  const struct dom_sid *sid)
{
	const struct smbXsrv_channel_global *channel = &session->channels[0];
	struct draft *draft = make_room(state->frame,
					state->drafts,
					sizeof(*draft),
					state->list->num);

	if (draft == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	state->drafts = draft;
	draft += state->list->num;
	*draft = (struct draft){
		.row =
			{
				.id = session->session_global_id,
				.client = session_client_name(
					state->mem_ctx,
					channel->remote_address,
					channel->remote_name),
				.client_type =
					session_client_type(state->mem_ctx,
							    session),
				.transport = session_transport_name(
					channel->local_address),
				.guest = session_user_is_guest(
					session->auth_session_info),
				.seconds =
					seconds_between(session->creation_time,
							state->now),
				.owner = channel->server_id,
				.user_sid = *sid,
			},
		.user = *user,
	};
	if (draft->row.client == NULL || draft->row.client_type == NULL ||
	    !copy_user(state->frame, &draft->user)) {
		return NT_STATUS_NO_MEMORY;
	}
	state->list->num += 1;
	return NT_STATUS_OK;
}

/* Of the draft that is made next. */
static NTSTATUS add_channels(struct make_state *state,
			     const struct smbXsrv_session_global *session)
{
	if (!state->fields.idle ||
	    session_owner_is_remote(&session->channels[0].server_id)) {
		return NT_STATUS_OK;
	}
	for (uint32_t i = 0; i < session->num_channels; i++) {
		const struct smbXsrv_channel_global *channel =
			&session->channels[i];
		struct idle_time added = {.session = state->list->num};
		struct idle_time *channels = NULL;

		if (!tcp_connection_parse(channel->local_address,
					  channel->remote_address,
					  &added.connection)) {
			continue;
		}
		channels = make_room(state->frame,
				     state->channels,
				     sizeof(*channels),
				     state->num_channels);
		if (channels == NULL) {
			return NT_STATUS_NO_MEMORY;
		}
		state->channels = channels;
		channels[state->num_channels++] = added;
	}
	return NT_STATUS_OK;
}

static bool is_for_all(const struct session_query *query)
{
	return query->client.name == NULL && query->user.whole == NULL;
}

/* Could it be a row, or the first session that differs by client or user? */
static bool may_be_row(TDB_DATA value, void *private_data)
{
	const struct make_state *state = private_data;
	const struct session_query *query = state->query;

	if (session_prefilter_user(&query->user, value)) {
		return !state->list->other_clients ||
		       session_prefilter_client(&query->client, value);
	}
	return !state->list->client_seen &&
	       session_prefilter_client(&query->client, value);
}

static NTSTATUS visit_session(const struct smbXsrv_session_global *session,
			      enum smbXsrv_version_values version,
			      void *private_data)
{
	struct make_state *state = private_data;
	struct user_identity user;
	struct dom_sid sid;
	bool is_user, is_client;
	NTSTATUS status;

	(void)version;

	/* NULL until the first authentication is complete */
	if (session->auth_session_info == NULL) {
		return NT_STATUS_OK;
	}
	user = session_user(session->auth_session_info, state->scope);
	is_user = user_filter_matches(&state->query->user, &user);
	is_client = session_client_matches(session, &state->query->client);
	if ((!is_user && !is_client) ||
	    session_owner_died(&session->channels[0].server_id)) {
		return NT_STATUS_OK;
	}
	state->list->client_seen |= is_client;
	state->list->other_clients |= !is_client;
	if (!is_user || !is_client) {
		return NT_STATUS_OK;
	}
	sid = session_user_sid(session->auth_session_info);
	status = add_channels(state, session);
	if (NT_STATUS_IS_OK(status)) {
		status = add_draft(state, session, &user, &sid);
	}
	if (!NT_STATUS_IS_OK(status) || !is_for_all(state->query)) {
		return status;
	}
	return add_names(state,
			 &state->drafts[state->list->num - 1].user,
			 &sid);
}

/* Returns false if there are too many. */
static bool add_account(struct make_state *state, const char *account)
{
	if (account == NULL || account[0] == '\0') {
		return true;
	}
	for (size_t i = 0; i < state->num_accounts; i++) {
		if (strcasecmp_m(state->accounts[i].whole, account) == 0) {
			return true;
		}
	}
	if (state->num_accounts == FEW_NAMES) {
		return false;
	}
	state->accounts[state->num_accounts++] =
		(struct user_filter){.whole = account};
	return true;
}

static bool may_be_company(TDB_DATA value, void *private_data)
{
	const struct make_state *state = private_data;

	for (size_t i = 0; i < state->num_accounts; i++) {
		if (session_prefilter_user(&state->accounts[i], value)) {
			return true;
		}
	}
	return smbd_users_may_have(state->smbds, state->num_smbds, value);
}

static NTSTATUS visit_company(const struct smbXsrv_session_global *session,
			      enum smbXsrv_version_values version,
			      void *private_data)
{
	struct make_state *state = private_data;
	struct user_identity user;
	struct dom_sid sid;

	(void)version;

	if (session->auth_session_info == NULL ||
	    session_owner_died(&session->channels[0].server_id)) {
		return NT_STATUS_OK;
	}
	user = session_user(session->auth_session_info, state->scope);
	sid = session_user_sid(session->auth_session_info);
	smbd_users_add(state->smbds,
		       state->num_smbds,
		       &session->channels[0].server_id,
		       &sid);
	if (!copy_user(state->frame, &user)) {
		return NT_STATUS_NO_MEMORY;
	}
	return add_names(state, &user, &sid);
}

static void note_unreadable(void *private_data)
{
	struct make_state *state = private_data;

	state->unreadable = true;
}

static NTSTATUS list_smbds(struct make_state *state)
{
	const size_t num = state->list->num;

	if (!state->fields.opens || num == 0) {
		return NT_STATUS_OK;
	}
	state->smbds = talloc_array(state->frame, struct smbd_user, num);
	if (state->smbds == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	for (size_t i = 0; i < num; i++) {
		state->smbds[i] = (struct smbd_user){
			.smbd = state->drafts[i].row.owner,
			.user = state->drafts[i].row.user_sid,
		};
	}
	state->num_smbds = smbd_users_unite(state->smbds, num);
	return NT_STATUS_OK;
}

/*
 * Users with the same name as a listed one, or on the same smbd, need not be
 * listed themselves.
 */
static NTSTATUS find_company(struct make_state *state,
			     struct session_table *table)
{
	bool few = true;
	struct session_walk walk = {
		.may_be_wanted = may_be_company,
		.visit = visit_company,
		.unreadable = note_unreadable,
		.private_data = state,
	};

	if (is_for_all(state->query)) {
		return NT_STATUS_OK;
	}
	for (size_t i = 0; few && i < state->list->num; i++) {
		few = add_account(state, state->drafts[i].user.account);
	}
	if (state->num_accounts == 0 && state->num_smbds == 0) {
		return NT_STATUS_OK;
	}
	if (!few) {
		walk.may_be_wanted = NULL;
	}
	return session_table_walk(table, &walk);
}

/* The least of a session's channels, as one that is in use is enough. */
static void read_idle_times(struct make_state *state)
{
	idle_times_read(state->channels, state->num_channels);
	for (size_t i = 0; i < state->num_channels; i++) {
		const struct idle_time *channel = &state->channels[i];
		struct draft *draft = &state->drafts[channel->session];

		if (!channel->known || (draft->idle_known &&
					draft->row.idle <= channel->seconds)) {
			continue;
		}
		draft->row.idle = channel->seconds;
		draft->idle_known = true;
	}
}

static int compare_ids(const void *a, const void *b)
{
	const struct session_row *row_a = a;
	const struct session_row *row_b = b;

	return (row_a->id > row_b->id) - (row_a->id < row_b->id);
}

/* A record that moves between nodes during a walk is seen twice. */
static void drop_doubles(struct session_list *list)
{
	size_t kept = 1;

	for (size_t i = 1; i < list->num; i++) {
		if (list->rows[i].id != list->rows[kept - 1].id) {
			list->rows[kept++] = list->rows[i];
		}
	}
	list->num = kept;
}

/* Only now is it known which names several users have. */
static NTSTATUS finish_rows(struct make_state *state)
{
	struct session_list *list = state->list;

	if (list->num == 0) {
		return NT_STATUS_OK;
	}
	list->rows =
		talloc_array(state->mem_ctx, struct session_row, list->num);
	if (list->rows == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	known_names_sort(state->names, state->num_names);
	for (size_t i = 0; i < list->num; i++) {
		struct session_row *row = &list->rows[i];

		*row = state->drafts[i].row;
		row->user = session_user_name(state->mem_ctx,
					      &state->drafts[i].user,
					      state->names,
					      state->num_names);
		if (row->user == NULL) {
			return NT_STATUS_NO_MEMORY;
		}
	}
	qsort(list->rows, list->num, sizeof(*list->rows), compare_ids);
	drop_doubles(list);
	return NT_STATUS_OK;
}

/* The opens of a row: those with its session on record, and those without. */
static struct open_count by_session(const struct session_row *row)
{
	return (struct open_count){.session = row->id};
}

static struct open_count by_user(const struct make_state *state,
				 const struct session_row *row)
{
	const struct smbd_user *smbd =
		smbd_users_find(state->smbds, state->num_smbds, &row->owner);

	if (!smbd->shared && !state->unreadable) {
		return (struct open_count){.owner = row->owner};
	}
	return (struct open_count){
		.owner = row->owner,
		.user = row->user_sid,
	};
}

static uint32_t opens_of(struct open_count *counts,
			 size_t num,
			 const struct open_count key)
{
	return open_counts_find(counts, num, &key)->opens;
}

static NTSTATUS count_opens(const struct make_state *state)
{
	struct session_row *rows = state->list->rows;
	const size_t num = 2 * state->list->num;
	struct open_count *counts =
		talloc_array(state->frame, struct open_count, num);
	NTSTATUS status;

	if (counts == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	for (size_t i = 0; i < state->list->num; i++) {
		counts[2 * i] = by_session(&rows[i]);
		counts[2 * i + 1] = by_user(state, &rows[i]);
	}
	open_counts_sort(counts, num);
	status = open_counts_read(counts, counts, num);
	for (size_t i = 0; NT_STATUS_IS_OK(status) && i < state->list->num;
	     i++) {
		rows[i].opens = opens_of(counts, num, by_session(&rows[i])) +
				opens_of(counts, num, by_user(state, &rows[i]));
	}
	return status;
}

NTSTATUS session_list_make(TALLOC_CTX *mem_ctx,
			   struct session_table *table,
			   const struct session_query *query,
			   const struct session_scope *scope,
			   struct session_fields fields,
			   struct session_list *list)
{
	const struct timeval now = timeval_current();
	struct make_state state = {
		.frame = talloc_new(mem_ctx),
		.mem_ctx = mem_ctx,
		.query = query,
		.scope = scope,
		.list = list,
		.now = timeval_to_nttime(&now),
		.fields = fields,
	};
	const struct session_walk walk = {
		.may_be_wanted = may_be_row,
		.visit = visit_session,
		.unreadable = note_unreadable,
		.private_data = &state,
	};
	NTSTATUS status;

	*list = (struct session_list){.rows = NULL};
	if (state.frame == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	status = session_table_walk(table, &walk);
	if (NT_STATUS_IS_OK(status)) {
		status = list_smbds(&state);
	}
	if (NT_STATUS_IS_OK(status)) {
		status = find_company(&state, table);
	}
	if (NT_STATUS_IS_OK(status)) {
		read_idle_times(&state);
		status = finish_rows(&state);
	}
	if (NT_STATUS_IS_OK(status) && fields.opens && list->num != 0) {
		status = count_opens(&state);
	}
	talloc_free(state.frame);
	return status;
}
