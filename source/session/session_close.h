/* SPDX-License-Identifier: GPL-3.0-or-later */
/* End sessions: ask their smbds, wait until the records are gone. */

#ifndef SESSIONDEL_SESSION_CLOSE_H
#define SESSIONDEL_SESSION_CLOSE_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "session_target.h"

struct messaging_context;

/**
 * Ask the smbd that owns a session to close it, and do not wait.
 *
 * smbd compares all of the key with its own table, so a session that took
 * over the id meanwhile is left alone (spec 4).
 *
 * @return NT_STATUS_NO_MEMORY, or why the message could not be sent.
 */
NTSTATUS session_close_ask(struct messaging_context *msg_ctx,
			   const struct session_target *target);

/**
 * Close sessions and wait until they are gone, or for so long (spec 5).
 *
 * Those with the fate SESSION_OWN are left alone, those with SESSION_ASKED
 * waited for; the others are asked, and all get their fate by the time the
 * request is done.
 *
 * @param[in] mem_ctx  Owns the request.
 * @param[in] ev       Where to wait.
 * @param[in] msg_ctx  The worker's messaging context.
 * @param[in] table    The session table, must outlive the request.
 * @param[in] targets  The sessions, must outlive the request.
 * @param[in] limit    How long to wait at most.
 *
 * @return The request, NULL without memory.
 */
struct tevent_req *session_close_send(TALLOC_CTX *mem_ctx,
				      struct tevent_context *ev,
				      struct messaging_context *msg_ctx,
				      struct session_table *table,
				      struct session_targets *targets,
				      struct timeval limit);

/**
 * @return NT_STATUS_OK: all are gone; NT_STATUS_IO_TIMEOUT: some are not, as
 *         their fates tell; NT_STATUS_NO_MEMORY.
 */
NTSTATUS session_close_recv(struct tevent_req *req);

#endif
