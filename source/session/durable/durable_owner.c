/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An smbd and a user with targets, and the user's other sessions there. */

#include "durable_owner.h"

#include "lib/util/server_id.h"
#include "libcli/security/dom_sid.h"

/*
 * The time that smbd may take from disconnecting a session's first open to
 * deleting the session's record, in units of 100 ns: 100 ms.
 */
#define CLOSING_TIME 1000000

struct durable_owner *durable_owners_find(const struct durable_owners *owners,
					  const struct server_id *smbd,
					  const struct dom_sid *user)
{
	for (size_t i = 0; i < owners->num; i++) {
		struct durable_owner *owner = &owners->list[i];

		if (server_id_equal(&owner->smbd, smbd) &&
		    dom_sid_equal(&owner->user, user)) {
			return owner;
		}
	}
	return NULL;
}

static bool is_awaited(const struct session_target *target)
{
	return target->fate == SESSION_NOT_ASKED ||
	       target->fate == SESSION_ASKED;
}

static NTSTATUS add_owner(TALLOC_CTX *mem_ctx,
			  struct durable_owners *owners,
			  const struct session_target *target,
			  NTTIME now)
{
	struct durable_owner *list = talloc_realloc(mem_ctx,
						    owners->list,
						    struct durable_owner,
						    owners->num + 1);

	if (list == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	owners->list = list;
	list[owners->num++] = (struct durable_owner){
		.smbd = target->owner,
		.user = target->user_sid,
		.awaited = true,
		.seen = now,
	};
	return NT_STATUS_OK;
}

NTSTATUS durable_owners_add(TALLOC_CTX *mem_ctx,
			    struct durable_owners *owners,
			    const struct session_targets *targets,
			    NTTIME now)
{
	for (size_t i = 0; i < targets->num; i++) {
		const struct session_target *target = &targets->list[i];
		NTSTATUS status;

		if (!is_awaited(target) ||
		    durable_owners_find(owners,
					&target->owner,
					&target->user_sid) != NULL) {
			continue;
		}
		status = add_owner(mem_ctx, owners, target, now);
		if (!NT_STATUS_IS_OK(status)) {
			return status;
		}
	}
	return NT_STATUS_OK;
}

struct others_state {
	TALLOC_CTX *mem_ctx;
	const struct durable_owners *owners;
	const struct session_targets *targets;
};

static NTSTATUS add_other(TALLOC_CTX *mem_ctx,
			  struct durable_owner *owner,
			  const struct session_key *key)
{
	struct session_key *others = talloc_realloc(mem_ctx,
						    owner->others,
						    struct session_key,
						    owner->num_others + 1);

	if (others == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	owner->others = others;
	others[owner->num_others++] = *key;
	return NT_STATUS_OK;
}

static NTSTATUS note_other(const struct smbXsrv_session_global *session,
			   enum smbXsrv_version_values version,
			   void *private_data)
{
	const struct others_state *state = private_data;
	const struct auth_session_info *info = session->auth_session_info;
	const struct session_key key = {
		.global_id = session->session_global_id,
		.wire_id = session->session_wire_id,
		.creation_time = session->creation_time,
	};
	const struct session_target *target =
		session_targets_get(state->targets, &key);
	struct durable_owner *owner = NULL;
	struct dom_sid user;

	(void)version;

	if ((target != NULL && target->fate != SESSION_OWN) || info == NULL) {
		return NT_STATUS_OK;
	}
	user = session_user_sid(info);
	owner = durable_owners_find(state->owners,
				    &session->channels[0].server_id,
				    &user);
	if (owner == NULL) {
		return NT_STATUS_OK;
	}
	return add_other(state->mem_ctx, owner, &key);
}

NTSTATUS durable_owners_note_others(TALLOC_CTX *mem_ctx,
				    const struct durable_owners *owners,
				    struct session_table *table,
				    const struct session_targets *targets)
{
	struct others_state state = {
		.mem_ctx = mem_ctx,
		.owners = owners,
		.targets = targets,
	};

	return session_table_walk(table, NULL, note_other, &state);
}

void durable_owners_look(const struct durable_owners *owners,
			 const struct session_targets *targets,
			 NTTIME now)
{
	for (size_t i = 0; i < owners->num; i++) {
		owners->list[i].awaited = false;
	}
	for (size_t i = 0; i < targets->num; i++) {
		const struct session_target *target = &targets->list[i];
		struct durable_owner *owner = NULL;

		if (is_awaited(target)) {
			owner = durable_owners_find(owners,
						    &target->owner,
						    &target->user_sid);
		}
		if (owner != NULL) {
			owner->awaited = true;
		}
	}
	for (size_t i = 0; i < owners->num; i++) {
		struct durable_owner *owner = &owners->list[i];

		if (owner->awaited) {
			owner->seen = now;
		} else if (owner->gone == 0) {
			owner->gone = now;
		}
	}
}

NTSTATUS durable_owner_look_for_others(struct durable_owner *owner,
				       struct session_table *table)
{
	for (size_t i = 0; i < owner->num_others && !owner->other_gone; i++) {
		bool exists;
		NTSTATUS status =
			session_table_lookup(table, &owner->others[i], &exists);

		if (!NT_STATUS_IS_OK(status)) {
			return status;
		}
		owner->other_gone = !exists;
	}
	return NT_STATUS_OK;
}

enum durable_claim durable_owner_claim(const struct durable_owner *owner,
				       NTTIME disconnected)
{
	if (!owner->other_gone) {
		return DURABLE_TARGETS;
	}
	if (owner->awaited) {
		return DURABLE_UNDECIDED;
	}
	if (disconnected + CLOSING_TIME < owner->seen ||
	    disconnected > owner->gone) {
		return DURABLE_OTHERS;
	}
	return DURABLE_TARGETS;
}
