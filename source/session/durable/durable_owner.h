/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A smbd and a user whose sessions there are closed, and who else is there. */

#ifndef SESSIONDEL_DURABLE_OWNER_H
#define SESSIONDEL_DURABLE_OWNER_H

#include "source/session/targets.h"

/* 4.17 has no session on record for an open, only its smbd and its user. */
struct durable_owner {
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

struct durable_owners {
	struct durable_owner *list;
	size_t num;
};

/**
 * Add the owners of sessions that are to be closed.
 *
 * @param[in]     mem_ctx  Owns the list.
 * @param[in,out] owners   Gets those that it has not yet.
 * @param[in]     targets  The sessions.
 * @param[in]     now      The time.
 *
 * @return NT_STATUS_NO_MEMORY.
 */
NTSTATUS durable_owners_add(TALLOC_CTX *mem_ctx,
			    struct durable_owners *owners,
			    const struct session_targets *targets,
			    NTTIME now);

/**
 * The owner of a smbd and a user, NULL when it is none of them.
 */
struct durable_owner *durable_owners_find(const struct durable_owners *owners,
					  const struct server_id *smbd,
					  const struct dom_sid *user);

/**
 * Note who else is there: sessions at one of the owners that are no targets.
 *
 * @param[in] mem_ctx  Owns the others.
 *
 * @return NT_STATUS_NO_MEMORY, or what session_table_walk() returns.
 */
NTSTATUS durable_owners_note_others(TALLOC_CTX *mem_ctx,
				    const struct durable_owners *owners,
				    struct session_table *table,
				    const struct session_targets *targets);

/**
 * Bring the owners up to date with what has become of the sessions.
 */
void durable_owners_look(const struct durable_owners *owners,
			 const struct session_targets *targets,
			 NTTIME now);

/**
 * See whether one of the others has ended.
 *
 * @return What session_table_lookup() returns.
 */
NTSTATUS durable_owner_look_for_others(struct durable_owner *owner,
				       struct session_table *table);

/* Whose an open is that was disconnected. */
enum durable_claim {
	/* a session's that is closed */
	DURABLE_TARGETS,
	DURABLE_OTHERS,
	/* that cannot be told before the session is gone */
	DURABLE_UNDECIDED,
};

/**
 * Tell whose an open is that was connected at a owner, by the time of its end.
 */
enum durable_claim durable_owner_claim(const struct durable_owner *owner,
				       NTTIME disconnected);

#endif
