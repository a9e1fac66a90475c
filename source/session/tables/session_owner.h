/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is the smbd of a session dead? In doubt it is not. */

#ifndef SESSIONDEL_SESSION_OWNER_H
#define SESSIONDEL_SESSION_OWNER_H

#include <stdbool.h>

#include "librpc/gen_ndr/server_id.h"

/**
 * Is a session's smbd on another node of the cluster?
 */
bool session_owner_is_remote(const struct server_id *owner);

/**
 * Is a session's smbd known to be dead
 * (docs/spec.md#when-it-answers-and-with-what)?
 *
 * @param[in] owner  From the session's record.
 *
 * @return false also if there are no descriptors or memory to find out: a live
 *         session must not be reported as closed. But an smbd on another node
 *         also counts as dead while that node is cut off.
 */
bool session_owner_died(const struct server_id *owner);

#endif
