/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A smbd and a user whose sessions there are closed, and who else is there. */

#include "durable_place.h"

#include "lib/util/server_id.h"
#include "libcli/security/dom_sid.h"

/*
 * How long smbd may take from the first open of a session that it disconnects
 * to the end of the session's record, in units of 100 ns: 100 ms.
 */
#define CLOSING_TIME 1000000

struct durable_place *durable_places_find(const struct durable_places *places,
					  const struct server_id *smbd,
					  const struct dom_sid *user)
{
	for (size_t i = 0; i < places->num; i++) {
		struct durable_place *place = &places->list[i];

		if (server_id_equal(&place->smbd, smbd) &&
		    dom_sid_equal(&place->user, user)) {
			return place;
		}
	}
	return NULL;
}

static bool is_awaited(const struct session_target *target)
{
	return target->fate == SESSION_NOT_ASKED ||
	       target->fate == SESSION_ASKED;
}

static NTSTATUS add(TALLOC_CTX *mem_ctx,
		    struct durable_places *places,
		    const struct session_target *target,
		    NTTIME now)
{
	struct durable_place *list = talloc_realloc(mem_ctx,
						    places->list,
						    struct durable_place,
						    places->num + 1);

	if (list == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	places->list = list;
	list[places->num++] = (struct durable_place){
		.smbd = target->owner,
		.user = target->user_sid,
		.awaited = true,
		.seen = now,
	};
	return NT_STATUS_OK;
}

NTSTATUS durable_places_add(TALLOC_CTX *mem_ctx,
			    struct durable_places *places,
			    const struct session_targets *targets,
			    NTTIME now)
{
	for (size_t i = 0; i < targets->num; i++) {
		const struct session_target *target = &targets->list[i];
		NTSTATUS status;

		if (!is_awaited(target) ||
		    durable_places_find(places,
					&target->owner,
					&target->user_sid) != NULL) {
			continue;
		}
		status = add(mem_ctx, places, target, now);
		if (!NT_STATUS_IS_OK(status)) {
			return status;
		}
	}
	return NT_STATUS_OK;
}

struct others_state {
	TALLOC_CTX *mem_ctx;
	const struct durable_places *places;
	const struct session_targets *targets;
};

static NTSTATUS add_other(TALLOC_CTX *mem_ctx,
			  struct durable_place *place,
			  const struct session_key *key)
{
	struct session_key *others = talloc_realloc(mem_ctx,
						    place->others,
						    struct session_key,
						    place->num_others + 1);

	if (others == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	place->others = others;
	others[place->num_others++] = *key;
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
	struct durable_place *place = NULL;
	struct dom_sid user;

	(void)version;

	if ((target != NULL && target->fate != SESSION_OWN) || info == NULL) {
		return NT_STATUS_OK;
	}
	user = session_user_sid(info);
	place = durable_places_find(state->places,
				    &session->channels[0].server_id,
				    &user);
	if (place == NULL) {
		return NT_STATUS_OK;
	}
	return add_other(state->mem_ctx, place, &key);
}

NTSTATUS durable_places_note_others(TALLOC_CTX *mem_ctx,
				    const struct durable_places *places,
				    struct session_table *table,
				    const struct session_targets *targets)
{
	struct others_state state = {
		.mem_ctx = mem_ctx,
		.places = places,
		.targets = targets,
	};

	return session_table_walk(table, NULL, note_other, &state);
}

void durable_places_look(const struct durable_places *places,
			 const struct session_targets *targets,
			 NTTIME now)
{
	for (size_t i = 0; i < places->num; i++) {
		places->list[i].awaited = false;
	}
	for (size_t i = 0; i < targets->num; i++) {
		const struct session_target *target = &targets->list[i];
		struct durable_place *place = NULL;

		if (is_awaited(target)) {
			place = durable_places_find(places,
						    &target->owner,
						    &target->user_sid);
		}
		if (place != NULL) {
			place->awaited = true;
		}
	}
	for (size_t i = 0; i < places->num; i++) {
		struct durable_place *place = &places->list[i];

		if (place->awaited) {
			place->seen = now;
		} else if (place->gone == 0) {
			place->gone = now;
		}
	}
}

NTSTATUS durable_place_look_for_others(struct durable_place *place,
				       struct session_table *table)
{
	for (size_t i = 0; i < place->num_others && !place->other_gone; i++) {
		bool exists;
		NTSTATUS status =
			session_table_lookup(table, &place->others[i], &exists);

		if (!NT_STATUS_IS_OK(status)) {
			return status;
		}
		place->other_gone = !exists;
	}
	return NT_STATUS_OK;
}

enum durable_owner durable_place_owner(const struct durable_place *place,
				       NTTIME disconnected)
{
	if (!place->other_gone) {
		return DURABLE_TARGETS;
	}
	if (place->awaited) {
		return DURABLE_UNDECIDED;
	}
	if (disconnected + CLOSING_TIME < place->seen ||
	    disconnected > place->gone) {
		return DURABLE_OTHERS;
	}
	return DURABLE_TARGETS;
}
