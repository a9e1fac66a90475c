/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The message that has smbd close a session. */

#ifndef SESSIONDEL_CLOSE_REQUEST_H
#define SESSIONDEL_CLOSE_REQUEST_H

#include "source/session/targets.h"

/**
 * Ask the smbd that owns a session to close it, and do not wait.
 *
 * smbd compares all of the key with its own table, so a session that took over
 * the id meanwhile is not touched (docs/spec.md#what-is-torn-down). Asking
 * twice is harmless.
 *
 * @return NT_STATUS_NO_MEMORY, or why the message could not be sent.
 */
NTSTATUS close_request_send(const struct session_table *table,
			    const struct session_target *target);

#endif
