/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Close sessions: ask their smbds, wait until the records are gone. */

#ifndef SESSIONDEL_SESSION_CLOSE_H
#define SESSIONDEL_SESSION_CLOSE_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "source/session/targets.h"

/**
 * Ask the smbd that owns a session to close it, and do not wait.
 *
 * smbd compares the whole key with its own table, so a session that took over
 * the id meanwhile is left alone (docs/spec.md#what-is-torn-down).
 *
 * @return NT_STATUS_NO_MEMORY, or why the message could not be sent.
 */
NTSTATUS session_close_ask(const struct session_table *table,
			   const struct session_target *target);

struct durable_opens;
struct durable_table;
struct share_lock_limit;

struct session_close_options {
	/* the longest time to wait */
	struct timeval limit;
	/* to end durable opens; NULL: they can be reclaimed */
	const struct durable_table *durable;
	/* the same for a child process, which opens its own table */
	struct share_lock_limit *child_share_lock_limit;
	/*
	 * Durable opens that were noted before. The request takes them over and
	 * notes no others, because a session that is new since then is not
	 * closed. NULL: note them now.
	 */
	struct durable_opens *opens;
	/* called when fates may have changed; may be NULL */
	void (*progress)(void *private_data);
	void *private_data;
};

/**
 * Close sessions and wait until they are gone, or until the time limit
 * (docs/spec.md#when-it-answers-and-with-what).
 *
 * Targets with the fate SESSION_OWN are left alone, those with SESSION_ASKED
 * are only waited for, the others are asked. When the request is done, all have
 * their fate.
 *
 * @param[in] mem_ctx  Owns the request.
 * @param[in] ev       Where to wait.
 * @param[in] table    The session table; must outlive the request.
 * @param[in] targets  The targets; must outlive the request.
 * @param[in] how      How to close; copied.
 *
 * @return The request, NULL if out of memory.
 */
struct tevent_req *session_close_send(TALLOC_CTX *mem_ctx,
				      struct tevent_context *ev,
				      struct session_table *table,
				      struct session_targets *targets,
				      const struct session_close_options *how);

/**
 * @param[in]  mem_ctx  Owns the opens.
 * @param[out] opens    Durable opens that are left, for another request to
 *                      continue with; NULL if nothing is left to do. The
 *                      argument may be NULL.
 *
 * @return NT_STATUS_OK if all targets are gone; NT_STATUS_IO_TIMEOUT if some
 *         are not (see their fates), a durable open is not ended, or a client
 *         has reclaimed one; NT_STATUS_NO_MEMORY; or why durable opens could
 *         not be ended.
 */
NTSTATUS session_close_recv(struct tevent_req *req,
			    TALLOC_CTX *mem_ctx,
			    struct durable_opens **opens);

/**
 * The same in this process, which can wait for CTDB without a limit. On a
 * cluster, session_close_send() runs this in a child process, and
 * session_close_recv() returns no opens.
 */
struct tevent_req *session_close_here_send(
	TALLOC_CTX *mem_ctx,
	struct tevent_context *ev,
	struct session_table *table,
	struct session_targets *targets,
	const struct session_close_options *how);
NTSTATUS session_close_here_recv(struct tevent_req *req,
				 TALLOC_CTX *mem_ctx,
				 struct durable_opens **opens);

#endif
