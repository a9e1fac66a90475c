/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who logged in, where a pipe has another user's token. */

#include "session_login.h"

#include "lib/util/server_id.h"
#include "librpc/gen_ndr/auth.h"

#include "source/session/child/call_child.h"
#include "source/session/tables/session_owner.h"
#include "source/session/tables/session_record.h"

struct login_search {
	TALLOC_CTX *mem_ctx;
	const struct session_scope_caller *carrier;
	/* sessions on the connection, and the first of them */
	size_t on_connection;
	struct auth_session_info *login;
	/* its smbd, and all sessions there */
	struct server_id smbd;
	size_t on_smbd;
};

static bool may_be_on_connection(TDB_DATA value, void *private_data)
{
	const struct login_search *search = private_data;
	const char *address = search->carrier->address;

	return memmem(value.dptr, value.dsize, address, strlen(address)) !=
	       NULL;
}

static NTSTATUS visit_connection(const struct smbXsrv_session_global *session,
				 enum smbXsrv_version_values version,
				 void *private_data)
{
	struct login_search *search = private_data;

	(void)version;

	if (session->auth_session_info == NULL ||
	    !session_is_on_callers_connection(session, search->carrier) ||
	    session_owner_died(&session->channels[0].server_id)) {
		return NT_STATUS_OK;
	}
	search->on_connection += 1;
	if (search->on_connection == 1) {
		search->smbd = session->channels[0].server_id;
		search->login = talloc_steal(search->mem_ctx,
					     session->auth_session_info);
	}
	return NT_STATUS_OK;
}

static bool may_be_on_smbd(TDB_DATA value, void *private_data)
{
	const struct login_search *search = private_data;

	return session_record_may_be_of(value, &search->smbd);
}

static NTSTATUS visit_smbd(const struct smbXsrv_session_global *session,
			   enum smbXsrv_version_values version,
			   void *private_data)
{
	struct login_search *search = private_data;

	(void)version;

	if (session->auth_session_info != NULL &&
	    server_id_equal(&session->channels[0].server_id, &search->smbd)) {
		search->on_smbd += 1;
	}
	return NT_STATUS_OK;
}

/* Nobody knows whose it is: it may be one of the smbd. */
static void count_unreadable(void *private_data)
{
	struct login_search *search = private_data;

	search->on_smbd += 1;
}

static NTSTATUS walk_table(struct session_table *table,
			   struct login_search *search)
{
	const struct session_walk connection = {
		.may_be_wanted = may_be_on_connection,
		.visit = visit_connection,
		.private_data = search,
	};
	const struct session_walk smbd = {
		.may_be_wanted = may_be_on_smbd,
		.visit = visit_smbd,
		.unreadable = count_unreadable,
		.private_data = search,
	};
	NTSTATUS status = session_table_walk(table, &connection);

	if (!NT_STATUS_IS_OK(status) || search->on_connection != 1) {
		return status;
	}
	return session_table_walk(table, &smbd);
}

enum session_login session_login_find(
	TALLOC_CTX *mem_ctx,
	struct session_table *table,
	const struct session_scope_caller *carrier,
	struct auth_session_info **login)
{
	struct login_search search = {
		.mem_ctx = mem_ctx,
		.carrier = carrier,
	};

	*login = NULL;
	if (call_child_needed()) {
		return SESSION_LOGIN_ON_CLUSTER;
	}
	if (carrier->address == NULL || carrier->login == NULL) {
		return SESSION_LOGIN_NONE;
	}
	if (!NT_STATUS_IS_OK(walk_table(table, &search))) {
		return SESSION_LOGIN_UNREADABLE;
	}
	if (search.on_connection > 1 || search.on_smbd > 1) {
		return SESSION_LOGIN_SEVERAL;
	}
	/* the pipe's session may have left, and another have its address */
	if (search.on_smbd == 0 ||
	    !session_has_callers_login(search.login, carrier)) {
		return SESSION_LOGIN_NONE;
	}
	*login = search.login;
	return SESSION_LOGIN_KNOWN;
}
