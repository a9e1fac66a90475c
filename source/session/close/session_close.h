/* SPDX-License-Identifier: GPL-3.0-or-later */
/* End sessions: ask their smbds, wait until the records are gone. */

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

/* How to close. */
struct session_close_options {
	/* how long to wait at most */
	struct timeval limit;
	/* to end durable opens, too; NULL: they are left to be reclaimed */
	const struct durable_table *durable;
	/* the same for a side process, which opens a table of its own */
	struct share_lock_limit *child_share_lock_limit;
	/*
	 * Those that were noted before; the request takes them, and notes no
	 * others: a session that has come meanwhile is not closed. NULL: they
	 * are noted now.
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
 * Those with the fate SESSION_OWN are left alone, those with SESSION_ASKED
 * waited for; the others are asked, and all get their fate by the time the
 * request is done.
 *
 * @param[in] mem_ctx  Owns the request.
 * @param[in] ev       Where to wait.
 * @param[in] table    The session table, must outlive the request.
 * @param[in] targets  The sessions, must outlive the request.
 * @param[in] how      How to close, copied.
 *
 * @return The request, NULL without memory.
 */
struct tevent_req *session_close_send(TALLOC_CTX *mem_ctx,
				      struct tevent_context *ev,
				      struct session_table *table,
				      struct session_targets *targets,
				      const struct session_close_options *how);

/**
 * @param[in]  mem_ctx  Owns the opens.
 * @param[out] opens    What is to be ended yet when something was left, for
 *                      another request to go on with; NULL when nothing was.
 *                      The argument may be NULL.
 *
 * @return NT_STATUS_OK: all are gone; NT_STATUS_IO_TIMEOUT: some are not, as
 *         their fates tell, or a durable open is not ended, or a client has
 *         reclaimed one; NT_STATUS_NO_MEMORY; or why durable opens could not
 *         be ended.
 */
NTSTATUS session_close_recv(struct tevent_req *req,
			    TALLOC_CTX *mem_ctx,
			    struct durable_opens **opens);

/**
 * The same in this process, and so with waits for CTDB that nothing bounds;
 * session_close_send() has it run aside where there is a cluster, and leaves
 * nothing for another request then.
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
