/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An smbd that does not close its sessions: end it, if nobody else is there. */

#include "last_resort.h"

#include "lib/util/debug.h"
#include "lib/util/server_id.h"
#include "librpc/gen_ndr/messaging.h"
#include "source3/include/messages.h"
#include "source3/include/serverid.h"

/* One smbd, and the addresses that its client has. */
struct stuck_smbd {
	struct server_id id;
	bool is_protected;
	const char **addresses;
};

struct stuck_smbds {
	struct stuck_smbd *list;
	size_t num;
	const struct session_query *query;
	const struct session_scope *scope;
	const struct session_targets *targets;
	/* sessions there that are meant and are no targets */
	struct session_targets more;
};

static struct stuck_smbd *find_smbd(const struct stuck_smbds *smbds,
				    const struct server_id *id)
{
	for (size_t i = 0; i < smbds->num; i++) {
		if (server_id_equal(&smbds->list[i].id, id)) {
			return &smbds->list[i];
		}
	}
	return NULL;
}

static bool list_smbds(struct stuck_smbds *smbds,
		       const struct session_targets *targets)
{
	smbds->list = talloc_zero_array(smbds, struct stuck_smbd, targets->num);
	if (smbds->list == NULL) {
		return false;
	}
	for (size_t i = 0; i < targets->num; i++) {
		const struct session_target *target = &targets->list[i];

		if (session_target_is_awaited(target) &&
		    find_smbd(smbds, &target->owner) == NULL) {
			smbds->list[smbds->num++].id = target->owner;
		}
	}
	return true;
}

static bool is_meant(const struct stuck_smbds *smbds,
		     const struct smbXsrv_session_global *session)
{
	const struct user_identity user =
		session_user(session->auth_session_info, smbds->scope);
	const struct session_scope_caller *caller = &smbds->scope->caller;

	return user_filter_matches(&smbds->query->user, &user) &&
	       session_client_matches(session, &smbds->query->client) &&
	       !session_has_callers_token(session, caller) &&
	       !session_is_on_callers_connection(session, caller);
}

static bool has_address(const struct stuck_smbd *smbd,
			const char *address,
			size_t len)
{
	for (size_t i = 0; i < talloc_array_length(smbd->addresses); i++) {
		if (strncmp(smbd->addresses[i], address, len) == 0 &&
		    smbd->addresses[i][len] == '\0') {
			return true;
		}
	}
	return false;
}

/* "ipv4:10.0.0.7:49152": smbd has the address without family and port. */
static bool add_address(TALLOC_CTX *mem_ctx,
			struct stuck_smbd *smbd,
			const char *remote_address)
{
	const size_t num = talloc_array_length(smbd->addresses);
	const char *family_end = strchr(remote_address, ':');
	const char *port = strrchr(remote_address, ':');
	const char **addresses = NULL;
	char *address = NULL;

	if (family_end == port ||
	    has_address(smbd, family_end + 1, port - family_end - 1)) {
		return true;
	}
	addresses =
		talloc_realloc(mem_ctx, smbd->addresses, const char *, num + 1);
	address =
		talloc_strndup(mem_ctx, family_end + 1, port - family_end - 1);
	if (addresses == NULL || address == NULL) {
		return false;
	}
	addresses[num] = address;
	smbd->addresses = addresses;
	return true;
}

/* One that came after the targets were found. */
static NTSTATUS add_more(struct stuck_smbds *smbds,
			 const struct smbXsrv_session_global *session)
{
	const struct user_identity user =
		session_user(session->auth_session_info, smbds->scope);
	char *name = session_display_name(smbds, &user);
	const struct session_target target = {
		.key =
			{
				.global_id = session->session_global_id,
				.wire_id = session->session_wire_id,
				.creation_time = session->creation_time,
			},
		.owner = session->channels[0].server_id,
		.user = name,
		.client = session->channels[0].remote_address,
	};

	if (session_targets_get(smbds->targets, &target.key) != NULL) {
		return NT_STATUS_OK;
	}
	return name != NULL && session_targets_add(smbds, &smbds->more, &target)
		       ? NT_STATUS_OK
		       : NT_STATUS_NO_MEMORY;
}

static NTSTATUS visit_session(const struct smbXsrv_session_global *session,
			      enum smbXsrv_version_values version,
			      void *private_data)
{
	struct stuck_smbds *smbds = private_data;
	struct stuck_smbd *smbd =
		find_smbd(smbds, &session->channels[0].server_id);

	(void)version;

	if (smbd == NULL || session->auth_session_info == NULL) {
		return NT_STATUS_OK;
	}
	if (!is_meant(smbds, session)) {
		smbd->is_protected = true;
		return NT_STATUS_OK;
	}
	for (uint32_t i = 0; i < session->num_channels; i++) {
		if (!add_address(smbds->list,
				 smbd,
				 session->channels[i].remote_address)) {
			return NT_STATUS_NO_MEMORY;
		}
	}
	return add_more(smbds, session);
}

/* It may be anybody's, on any of them. */
static void visit_unreadable(void *private_data)
{
	const struct stuck_smbds *smbds = private_data;

	for (size_t i = 0; i < smbds->num; i++) {
		smbds->list[i].is_protected = true;
	}
}

/* Those of smbds that end, once each. */
static void keep_ending(struct stuck_smbds *smbds)
{
	struct session_targets *more = &smbds->more;
	size_t kept = 0;

	for (size_t i = 0; i < more->num; i++) {
		if (!find_smbd(smbds, &more->list[i].owner)->is_protected) {
			more->list[kept++] = more->list[i];
		}
	}
	more->num = kept;
	more->caller_known = true;
	session_targets_complete(more);
}

/* smbd ends only if its client has the address that the message names. */
static void end_smbd(const struct session_table *table,
		     const struct stuck_smbd *smbd)
{
	struct messaging_context *msg_ctx = session_table_messaging(table);
	struct server_id_buf id;

	if (smbd->is_protected || !serverid_exists(&smbd->id)) {
		return;
	}
	for (size_t i = 0; i < talloc_array_length(smbd->addresses); i++) {
		const char *address = smbd->addresses[i];

		DBG_WARNING("smbd %s does not close its sessions, and all of "
			    "them were asked for: telling it to end, with its "
			    "client %s\n",
			    server_id_str_buf(smbd->id, &id),
			    address);
		messaging_send_buf(msg_ctx,
				   smbd->id,
				   MSG_SMB_KILL_CLIENT_IP,
				   (const uint8_t *)address,
				   strlen(address) + 1);
	}
}

NTSTATUS last_resort_end_smbds(
	struct session_table *table,
	const struct session_query *query,
	const struct session_scope *scope,
	const struct session_targets *targets,
	void (*ending)(const struct session_targets *targets,
		       void *private_data),
	void *private_data)
{
	struct stuck_smbds *smbds = talloc_zero(NULL, struct stuck_smbds);
	const struct session_walk walk = {
		.visit = visit_session,
		.unreadable = visit_unreadable,
		.private_data = smbds,
	};
	NTSTATUS status = NT_STATUS_NO_MEMORY;

	/* what means everybody protects nobody */
	if (query->client.name == NULL && query->user.whole == NULL) {
		talloc_free(smbds);
		return NT_STATUS_OK;
	}
	if (smbds == NULL) {
		return status;
	}
	smbds->query = query;
	smbds->scope = scope;
	smbds->targets = targets;
	if (!list_smbds(smbds, targets)) {
		talloc_free(smbds);
		return status;
	}
	/* a walk is no snapshot: a session that is seen once is there */
	status = session_table_walk(table, &walk);
	if (NT_STATUS_IS_OK(status)) {
		status = session_table_walk(table, &walk);
	}
	keep_ending(smbds);
	if (NT_STATUS_IS_OK(status) && smbds->more.num != 0 && ending != NULL) {
		ending(&smbds->more, private_data);
	}
	for (size_t i = 0; NT_STATUS_IS_OK(status) && i < smbds->num; i++) {
		end_smbd(table, &smbds->list[i]);
	}
	talloc_free(smbds);
	return status;
}
