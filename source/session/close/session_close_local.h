/* SPDX-License-Identifier: GPL-3.0-or-later */
/* End sessions: ask their smbds, wait until the records are gone. */

#ifndef SESSIONDEL_SESSION_CLOSE_LOCAL_H
#define SESSIONDEL_SESSION_CLOSE_LOCAL_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "source/session/match/session_query.h"
#include "source/session/targets.h"

struct durable_opens;
struct session_closer;

/* How to close. */
struct session_close_options {
	/* how long to wait at most */
	struct timeval limit;
	/* durable opens end; else clients can reclaim them */
	bool end_durable;
	/*
	 * Those that were noted before; the request takes them, and notes no
	 * others: a session that has come meanwhile is not closed. NULL: they
	 * are noted now.
	 */
	struct durable_opens *noted;
	/* nobody is asked again: a close whose time was up is continued */
	bool quiet;
	/* for last_resort_end_smbds(); both NULL: that is not tried */
	const struct session_query *query;
	const struct session_scope *scope;
	/* called before last_resort_end_smbds() ends sessions that are no
	 * targets; may be NULL */
	void (*ending)(const struct session_targets *targets,
		       void *private_data);
	/* called when fates may have changed; may be NULL */
	void (*progress)(void *private_data);
	void *private_data;
};

/**
 * Close sessions and wait until they are gone, or until the time is up
 * (docs/spec.md#when-it-answers-and-with-what), in this process.
 *
 * Those with the fate SESSION_OWN are not touched; those with SESSION_ASKED are
 * waited for and asked again. All get their fate by the time the request is
 * done. The request may be done when this returns.
 *
 * @param[in] mem_ctx  Owns the request.
 * @param[in] ev       Where to wait.
 * @param[in] closer   Must outlive the request, and its tables of durable opens
 *                     must be open where they are to end.
 * @param[in] targets  The sessions, must outlive the request.
 * @param[in] options  Copied; what they point to must outlive the request.
 *
 * @return The request, NULL without memory.
 */
struct tevent_req *session_close_local_send(
	TALLOC_CTX *mem_ctx,
	struct tevent_context *ev,
	struct session_closer *closer,
	struct session_targets *targets,
	const struct session_close_options *options);

/**
 * @param[in]  mem_ctx   Owns the leftover.
 * @param[out] leftover  What is still to be ended of durable opens, for another
 *                       request to continue with; NULL when nothing is. The
 *                       argument may be NULL.
 *
 * @return NT_STATUS_OK: all are gone; NT_STATUS_IO_TIMEOUT: some are not, as
 *         their fates say, or a durable open is not ended, or it is in doubt
 *         whose one was; NT_STATUS_NO_MEMORY; or why durable opens could not
 *         be ended.
 */
NTSTATUS session_close_local_recv(struct tevent_req *req,
				  TALLOC_CTX *mem_ctx,
				  struct durable_opens **leftover);

#endif
