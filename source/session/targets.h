/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sessions that one call is to end, each with its fate. */

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
 * Add a target.
 *
 * @param[in] mem_ctx  Owns the list of targets.
 * @param[in] target   Copied with its strings.
 *
 * @return False without memory.
 */
bool session_targets_add(TALLOC_CTX *mem_ctx,
			 struct session_targets *targets,
			 const struct session_target *target);

/**
 * Finish a list of targets that were added in any order.
 *
 * @param[in] caller_known  The caller's own session is known. If not, it may be
 *                          any of those that are like the caller, so all of
 *                          these are closed last.
 */
void session_targets_complete(struct session_targets *targets,
			      bool caller_known);

/**
 * The target with that key, or NULL.
 */
const struct session_target *session_targets_get(
	const struct session_targets *targets,
	const struct session_key *key);

#endif
