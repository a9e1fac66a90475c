/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sessions that one call is to end: found in the table, with their fate. */

#ifndef SESSIONDEL_SESSION_TARGET_H
#define SESSIONDEL_SESSION_TARGET_H

#include "source/session/match/session_match.h"
#include "source/session/match/session_query.h"
#include "source/session/tables/session_table.h"

enum session_fate {
	/* no close was sent */
	SESSION_NOT_ASKED,
	/* a close was sent, nothing is known yet */
	SESSION_ASKED,
	/* its record has left the table */
	SESSION_GONE,
	/* its smbd ended, and the session with it */
	SESSION_OWNER_DIED,
	/* the caller's own: closed after the answer */
	SESSION_OWN,
};

struct session_target {
	/* first: what targets are sorted and found by */
	struct session_key key;
	/* of the record, and so of the close message that its smbd reads */
	enum smbXsrv_version_values version;
	struct server_id owner;
	struct dom_sid user_sid;
	/* for the audit */
	const char *user;
	const char *client;
	/* the caller's own, if the caller's token is nowhere in the table */
	bool like_caller;
	/* the message may have been lost */
	bool ask_again;
	enum session_fate fate;
};

/* Sorted by key. */
struct session_targets {
	struct session_target *list;
	size_t num;
	/* there are sessions that match but for their client */
	bool other_clients;
};

/**
 * Find the sessions that a query means (spec 3): authenticated ones whose
 * smbd is alive. The caller's own gets the fate SESSION_OWN.
 *
 * @param[in]  mem_ctx  Owns the list of targets.
 * @param[in]  table    The session table.
 * @param[in]  query    What was asked for.
 * @param[in]  scope    What the server adds.
 * @param[out] targets  Valid only with NT_STATUS_OK, may be empty.
 *
 * @return NT_STATUS_NO_MEMORY, or what session_table_walk() returns.
 */
NTSTATUS session_targets_find(TALLOC_CTX *mem_ctx,
			      struct session_table *table,
			      const struct session_query *query,
			      const struct session_scope *scope,
			      struct session_targets *targets);

/**
 * Add one that another process has found.
 *
 * @param[in] mem_ctx  Owns the list of targets.
 *
 * @return False without memory.
 */
bool session_targets_add(TALLOC_CTX *mem_ctx,
			 struct session_targets *targets,
			 const struct session_target *target);

/**
 * Make a list of those that were added, in any order, one of targets.
 *
 * @param[in] all_found  Else there may be more, the caller's own session among
 *                       them, so whoever is like the caller is spared.
 */
void session_targets_complete(struct session_targets *targets, bool all_found);

/**
 * The target with that key, or NULL.
 */
const struct session_target *session_targets_get(
	const struct session_targets *targets,
	const struct session_key *key);

#endif
