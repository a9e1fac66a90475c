/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A smbd and a user whose sessions there are closed, and who else is there. */

#ifndef SESSIONDEL_DURABLE_PLACE_H
#define SESSIONDEL_DURABLE_PLACE_H

#include "source/session/session_target.h"

/* 4.17 has no session on record for an open, only its smbd and its user. */
struct durable_place {
	struct server_id smbd;
	struct dom_sid user;
	/* a session that is to end is still there */
	bool awaited;
	/* when the last look was that saw such a session */
	NTTIME seen;
	/* when the first look was that saw none, 0 before */
	NTTIME gone;
	/* sessions of that user there which are not to end */
	struct session_key *others;
	size_t num_others;
	/* one of those has ended */
	bool other_gone;
};

struct durable_places {
	struct durable_place *list;
	size_t num;
};

/**
 * Add the places of sessions that are to be closed.
 *
 * @param[in]     mem_ctx  Owns the list.
 * @param[in,out] places   Gets those that it has not yet.
 * @param[in]     targets  The sessions.
 * @param[in]     now      The time.
 *
 * @return NT_STATUS_NO_MEMORY.
 */
NTSTATUS durable_places_add(TALLOC_CTX *mem_ctx,
			    struct durable_places *places,
			    const struct session_targets *targets,
			    NTTIME now);

/**
 * The place of a smbd and a user, NULL when it is none of them.
 */
struct durable_place *durable_places_find(const struct durable_places *places,
					  const struct server_id *smbd,
					  const struct dom_sid *user);

/**
 * Note who else is there: sessions at one of the places that are no targets.
 *
 * @param[in] mem_ctx  Owns the others.
 *
 * @return NT_STATUS_NO_MEMORY, or what session_table_walk() returns.
 */
NTSTATUS durable_places_note_others(TALLOC_CTX *mem_ctx,
				    const struct durable_places *places,
				    struct session_table *table,
				    const struct session_targets *targets);

/**
 * Bring the places up to date with what has become of the sessions.
 */
void durable_places_look(const struct durable_places *places,
			 const struct session_targets *targets,
			 NTTIME now);

/**
 * See whether one of the others has ended.
 *
 * @return What session_table_lookup() returns.
 */
NTSTATUS durable_place_look_for_others(struct durable_place *place,
				       struct session_table *table);

/* Whose an open is that was disconnected. */
enum durable_owner {
	/* a session's that is closed */
	DURABLE_TARGETS,
	DURABLE_OTHERS,
	/* that cannot be told before the session is gone */
	DURABLE_UNDECIDED,
};

/**
 * Tell whose an open is that was connected at a place, by the time of its end.
 */
enum durable_owner durable_place_owner(const struct durable_place *place,
				       NTTIME disconnected);

#endif
