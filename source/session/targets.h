/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The targets of a call: the sessions that it closes, each with its fate. */

#ifndef SESSIONDEL_TARGETS_H
#define SESSIONDEL_TARGETS_H

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
	/* must be the first member: targets are sorted by it */
	struct session_key key;
	/* of the record; the close message must have the same */
	enum smbXsrv_version_values version;
	struct server_id owner;
	struct dom_sid user_sid;
	/* for the audit */
	const char *user;
	const char *client;
	/* the caller's own session if no record has the caller's token */
	bool like_caller;
	/* for session_table_lookup() */
	unsigned int unreadable;
	enum session_fate fate;
};

/* Sorted by key. */
struct session_targets {
	struct session_target *list;
	size_t num;
	/* there are sessions that match except for their client */
	bool other_clients;
	/* the caller's own session is known, among them or not */
	bool caller_known;
};

/* May it still be there? */
static inline bool session_target_is_awaited(
	const struct session_target *target)
{
	return target->fate == SESSION_NOT_ASKED ||
	       target->fate == SESSION_ASKED;
}

/**
 * Add a target.
 *
 * @param[in] mem_ctx  Owns the list of targets.
 * @param[in] target   Copied with its strings.
 *
 * @return false if out of memory.
 */
bool session_targets_add(TALLOC_CTX *mem_ctx,
			 struct session_targets *targets,
			 const struct session_target *target);

/**
 * Finish a list of targets that were added in any order. Where the caller's own
 * session is not known, it may be any of those that are like the caller, so all
 * of these are closed last.
 */
void session_targets_complete(struct session_targets *targets);

/**
 * Copy the targets with that fate, with their strings.
 *
 * @param[in]  mem_ctx  Owns the copy.
 * @param[out] copy     Valid only when true is returned.
 *
 * @return False without memory.
 */
bool session_targets_copy(TALLOC_CTX *mem_ctx,
			  const struct session_targets *targets,
			  enum session_fate fate,
			  struct session_targets *copy);

/**
 * The target with this key, or NULL.
 */
const struct session_target *session_targets_get(
	const struct session_targets *targets,
	const struct session_key *key);

#endif
