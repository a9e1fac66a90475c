/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes one record of the session table: from its bytes to target and row. */

#include "source/common/samba_types.h"

#include "fuzz.h"

#include <arpa/inet.h>
#include <locale.h>

#include "librpc/gen_ndr/auth.h"
#include "librpc/ndr/libndr.h"

#include "tests/unit/record_walk.h"

#include "source/session/find/session_list_local.h"
#include "source/session/tcp/tcp_dump.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;

	/* for fuzz_is_utf8() */
	assert(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
	return 0;
}

static struct session_scope scope_of(
	const struct smbXsrv_session_global *session)
{
	struct session_scope scope = {
		.domain = "TESTBED",
		.realm = "testbed.example.com",
		.caller = {.address = session->channels[0].remote_address},
	};

	if (session->auth_session_info != NULL) {
		scope.caller.token =
			session->auth_session_info->unique_session_token;
	}
	return scope;
}

static void check_target(const struct session_targets *targets,
			 const struct smbXsrv_session_global *session,
			 const struct session_scope *scope)
{
	const struct session_target *target = &targets->list[0];

	assert(target->key.global_id == session->session_global_id);
	assert(target->key.wire_id == session->session_wire_id);
	assert(target->key.creation_time == session->creation_time);
	assert(session_targets_get(targets, &target->key) == target);
	assert(target->user != NULL);
	assert(strcmp(target->client, session->channels[0].remote_address) ==
	       0);
	if (!GUID_all_zero(&scope->caller.token)) {
		assert(target->fate == SESSION_OWN);
	}
}

/* A query made from a record matches it, if the record has a user. */
static void check_matches(struct session_table *table,
			  const struct smbXsrv_session_global *session,
			  const char *client,
			  const char *user)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct session_scope scope = scope_of(session);
	struct session_query query;
	struct session_targets targets;

	if (W_ERROR_IS_OK(session_query_parse(frame, client, user, &query))) {
		targets = find_targets(frame, table, &query, &scope, false);
		assert(targets.num == (session->auth_session_info != NULL));
		if (targets.num != 0) {
			check_target(&targets, session, &scope);
		}
	}
	talloc_free(frame);
}

static bool is_valid_query(TALLOC_CTX *mem_ctx,
			   const char *client,
			   const char *user)
{
	struct session_query query;

	return W_ERROR_IS_OK(
		session_query_parse(mem_ctx, client, user, &query));
}

static bool can_be_asked_for(TALLOC_CTX *mem_ctx, const char *user)
{
	return user != NULL && fuzz_is_utf8(user) &&
	       is_valid_query(mem_ctx, NULL, user);
}

/* Does the record have any user name that a query can hold? */
static bool has_name(TALLOC_CTX *mem_ctx, const struct auth_session_info *auth)
{
	return (auth->unix_info != NULL &&
		can_be_asked_for(mem_ctx, auth->unix_info->unix_name)) ||
	       (auth->info != NULL &&
		can_be_asked_for(mem_ctx, auth->info->account_name));
}

/* What is listed is UTF-8, and matches the record. */
static void check_listed(TALLOC_CTX *mem_ctx,
			 struct session_table *table,
			 const struct smbXsrv_session_global *session)
{
	const struct session_scope scope = scope_of(session);
	const struct session_query everything = {.user = {.whole = NULL}};
	const struct session_fields nothing_more = {.idle = false};
	struct client_address address;
	struct session_list list;

	assert(NT_STATUS_IS_OK(session_list_make(mem_ctx,
						 table,
						 &everything,
						 &scope,
						 nothing_more,
						 &list)));
	assert(list.num == (session->auth_session_info != NULL));
	if (list.num == 0) {
		return;
	}
	assert(list.rows[0].id == session->session_global_id);
	assert(fuzz_is_utf8(list.rows[0].client));
	assert(fuzz_is_utf8(list.rows[0].user));
	if (client_address_parse_channel(session->channels[0].remote_address,
					 &address)) {
		assert(is_valid_query(mem_ctx, list.rows[0].client, NULL));
		check_matches(table, session, list.rows[0].client, NULL);
	}
	if (has_name(mem_ctx, session->auth_session_info)) {
		assert(is_valid_query(mem_ctx, NULL, list.rows[0].user));
		check_matches(table, session, NULL, list.rows[0].user);
	}
}

static void check_channel(struct session_table *table,
			  const struct smbXsrv_session_global *session,
			  const struct smbXsrv_channel_global *channel)
{
	struct client_address address;
	struct tcp_connection connection;
	char ip[INET6_ADDRSTRLEN];

	assert(!tcp_connection_parse(channel->local_address,
				     channel->remote_address,
				     &connection) ||
	       connection.client.port != 0);
	assert(channel->remote_address != NULL && channel->remote_name != NULL);
	if (strncmp(channel->remote_name, "\\\\", 2) != 0) {
		check_matches(table, session, channel->remote_name, NULL);
	}
	if (client_address_parse_channel(channel->remote_address, &address)) {
		assert(inet_ntop(AF_INET6, &address.ip, ip, sizeof(ip)) !=
		       NULL);
		check_matches(table, session, ip, NULL);
	}
}

static void check_user(TALLOC_CTX *mem_ctx,
		       struct session_table *table,
		       const struct smbXsrv_session_global *session)
{
	const struct auth_session_info *auth = session->auth_session_info;
	const struct auth_user_info *info = auth->info;

	if (auth->unix_info != NULL && auth->unix_info->unix_name != NULL) {
		check_matches(table, session, NULL, auth->unix_info->unix_name);
	}
	if (info == NULL || info->account_name == NULL ||
	    info->account_name[0] == '\0') {
		return;
	}
	check_matches(table, session, NULL, info->account_name);
	if (info->domain_name != NULL && info->domain_name[0] != '\0' &&
	    strchr(info->domain_name, '\\') == NULL) {
		check_matches(table,
			      session,
			      NULL,
			      talloc_asprintf(mem_ctx,
					      "%s\\%s",
					      info->domain_name,
					      info->account_name));
	}
}

static void check_session(TALLOC_CTX *mem_ctx,
			  struct session_table *table,
			  const struct smbXsrv_session_global *session)
{
	uint32_t last = session->num_channels - 1;

	check_channel(table, session, &session->channels[0]);
	check_channel(table, session, &session->channels[last]);
	check_listed(mem_ctx, table, session);
	if (session->auth_session_info != NULL) {
		check_user(mem_ctx, table, session);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct session_table table = {
		.records = {{.dptr = talloc_memdup(frame, data, size),
			     .dsize = size}},
		.num = 1,
	};
	struct smbXsrv_session_globalB record;
	NTSTATUS status =
		session_record_decode(frame, table.records[0], &record);

	assert(NT_STATUS_EQUAL(status, NT_STATUS_NOT_FOUND) == (size == 0));
	assert(!NT_STATUS_EQUAL(status, NT_STATUS_REVISION_MISMATCH));
	/* no count in the record may make it allocate too much */
	assert(!NT_STATUS_EQUAL(status, NT_STATUS_NO_MEMORY));
	if (NT_STATUS_IS_OK(status)) {
		check_session(frame, &table, record.info.SMBXSRV_INFO);
	}
	talloc_free(frame);
	return 0;
}
