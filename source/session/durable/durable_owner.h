/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An smbd and a user with targets, and the user's other sessions there. */

#ifndef SESSIONDEL_DURABLE_OWNER_H
#define SESSIONDEL_DURABLE_OWNER_H

#include "source/session/targets.h"

/* 4.17 records the smbd and the user of an open, but not its session. */
struct durable_owner {
	struct server_id smbd;
	struct dom_sid user;
	/* a target is still there */
	bool awaited;
	/* time of the last look that saw such a target */
	NTTIME seen;
	/* time of the first look that saw none, 0 until then */
	NTTIME gone;
	/* sessions of the user on the smbd that are not targets */
	struct session_key *others;
	size_t num_others;
	/* one of the others has ended */
	bool other_gone;
};

struct durable_owners {
	struct durable_owner *list;
	size_t num;
};

/**
 * Add the owners of targets.
 *
 * @param[in]     mem_ctx  Owns the list.
 * @param[in,out] owners   Those that are missing are added.
 * @param[in]     targets  The targets.
 * @param[in]     now      The current time.
 *
 * @return NT_STATUS_NO_MEMORY.
 */
NTSTATUS durable_owners_add(TALLOC_CTX *mem_ctx,
			    struct durable_owners *owners,
			    const struct session_targets *targets,
			    NTTIME now);

/**
 * The owner with this smbd and user, or NULL.
 */
struct durable_owner *durable_owners_find(const struct durable_owners *owners,
					  const struct server_id *smbd,
					  const struct dom_sid *user);

/**
 * Note the sessions of the owners that are not targets.
 *
 * @param[in] mem_ctx  Owns the lists of others.
 *
 * @return NT_STATUS_NO_MEMORY, or what session_table_walk() returns.
 */
NTSTATUS durable_owners_note_others(TALLOC_CTX *mem_ctx,
				    const struct durable_owners *owners,
				    struct session_table *table,
				    const struct session_targets *targets);

/**
 * Update the owners after the fates of targets have changed.
 */
void durable_owners_look(const struct durable_owners *owners,
			 const struct session_targets *targets,
			 NTTIME now);

/**
 * Check whether one of the others has ended.
 *
 * @return What session_table_lookup() returns.
 */
NTSTATUS durable_owner_look_for_others(struct durable_owner *owner,
				       struct session_table *table);

/* Whose a disconnected open was. */
enum durable_claim {
	/* a target's */
	DURABLE_TARGETS,
	DURABLE_OTHERS,
	/* not known before the target is gone */
	DURABLE_UNDECIDED,
};

/**
 * Decide whose a disconnected open was, by the time of its disconnection.
 */
enum durable_claim durable_owner_claim(const struct durable_owner *owner,
				       NTTIME disconnected);

#endif
