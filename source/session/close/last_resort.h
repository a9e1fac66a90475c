/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An smbd that does not close its sessions: end it, if nobody else is there. */

#ifndef SESSIONDEL_LAST_RESORT_H
#define SESSIONDEL_LAST_RESORT_H

#include "source/session/match/session_query.h"
#include "source/session/targets.h"

/**
 * Tell smbds to end (docs/spec.md#when-it-answers-and-with-what): those that
 * still have sessions that are awaited, are alive, and have no authenticated
 * session, when looked at again, that the query does not mean or that carries
 * the caller's pipe. A log-in that is not finished there is lost.
 *
 * @param[in] table    The session table.
 * @param[in] query    What was asked for.
 * @param[in] scope    What the server adds, the caller's session among it.
 * @param[in] targets  The sessions, with their fates.
 * @param[in] ending   Called before, with sessions that end as well because
 * they came meanwhile; may be NULL.
 * @param[in] private_data  For ending().
 *
 * @return NT_STATUS_NO_MEMORY, or what session_table_walk() returns.
 */
NTSTATUS last_resort_end_smbds(
	struct session_table *table,
	const struct session_query *query,
	const struct session_scope *scope,
	const struct session_targets *targets,
	void (*ending)(const struct session_targets *targets,
		       void *private_data),
	void *private_data);

#endif
