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
 * may the local system and an authenticated unix root. Nobody who is not
 * authenticated may, whatever else the token holds.
 *
 * @param[in] sids       The SIDs of the token.
 * @param[in] num_sids   How many.
 * @param[in] unix_root  The token's unix uid is 0.
 */
bool rights_may_end_sessions(const struct dom_sid *sids,
			     uint32_t num_sids,
			     bool unix_root);

#endif
