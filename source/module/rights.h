/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may end sessions (docs/spec.md#who-may-call). */

#ifndef SESSIONDEL_RIGHTS_H
#define SESSIONDEL_RIGHTS_H

#include <stdbool.h>
#include <stdint.h>

struct dom_sid;

/**
 * May the holder of this token end sessions?
 *
 * Members of BUILTIN\Administrators and BUILTIN\Server Operators may, and so
 * may the local system and unix root. Except for the local system, the token
 * must also be authenticated.
 *
 * @param[in] sids       The SIDs of the token.
 * @param[in] num_sids   How many.
 * @param[in] unix_root  Is the token's unix uid 0?
 */
bool rights_may_end_sessions(const struct dom_sid *sids,
			     uint32_t num_sids,
			     bool unix_root);

#endif
