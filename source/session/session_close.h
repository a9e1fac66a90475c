/* SPDX-License-Identifier: GPL-3.0-or-later */
/* End sessions: ask their smbds, wait until the records are gone. */

#ifndef SESSIONDEL_SESSION_CLOSE_H
#define SESSIONDEL_SESSION_CLOSE_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "session_target.h"

/**
 * Ask the smbd that owns a session to close it, and do not wait.
 *
 * smbd compares all of the key with its own table, so a session that took
 * over the id meanwhile is left alone (spec 4).
 *
 * @return NT_STATUS_NO_MEMORY, or why the message could not be sent.
 */
NTSTATUS session_close_ask(const struct session_table *table,
			   const struct session_target *target);

struct durable_opens;

/* How to close. */
struct session_close_how {
	/* how long to wait at most */
	struct timeval limit;
	/* end durable opens, too, instead of leaving them to be reclaimed */
	bool end_durable;
	/* noted before, must outlive the request; may be NULL */
	struct durable_opens *noted;
};

/**
 * Close sessions and wait until they are gone, or for so long (spec 5).
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
				      const struct session_close_how *how);

/**
 * @return NT_STATUS_OK: all are gone; NT_STATUS_IO_TIMEOUT: some are not, as
 *         their fates tell, or a client has reclaimed a durable open;
 *         NT_STATUS_NO_MEMORY.
 */
NTSTATUS session_close_recv(struct tevent_req *req);

#endif
