/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the smbd of a session is dead, with nothing taken for granted. */

#ifndef SESSIONDEL_SESSION_OWNER_H
#define SESSIONDEL_SESSION_OWNER_H

#include <stdbool.h>

#include "librpc/gen_ndr/server_id.h"

/**
 * Is a session's smbd on another node of the cluster?
 */
bool session_owner_is_remote(const struct server_id *owner);

/**
 * Is a session's smbd known to be dead (spec 5)?
 *
 * owner: as it stands in the session's record.
 *
 * Returns false also where it cannot be known now, for want of descriptors or
 * memory: a live session that is taken for a dead one would be told as closed.
 * But a smbd on another node passes for dead as well when its node is cut off.
 */
bool session_owner_died(const struct server_id *owner);

#endif
