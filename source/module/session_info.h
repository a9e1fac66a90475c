/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The levels of a list of sessions, [MS-SRVS] 2.2.4.11 to 2.2.4.15. */

#ifndef SESSIONDEL_SESSION_INFO_H
#define SESSIONDEL_SESSION_INFO_H

#include "source/common/samba_types.h"
#include <talloc.h>

#include "librpc/gen_ndr/srvsvc.h"

#include "source/session/find/session_list_local.h"

/**
 * Is it one of the levels 0, 1, 2, 10 and 502?
 */
bool session_info_has_level(uint32_t level);

/**
 * Which fields of a row a level has use for.
 */
struct session_fields session_info_fields(uint32_t level);

/**
 * How many bytes one session takes: its SESSION_INFO_x with pointers of four
 * bytes, and its strings in UTF-16 with their NULs.
 *
 * @param[in] level  One of the levels.
 * @param[in] row    The session, with all of its strings.
 */
size_t session_info_size(uint32_t level, const struct session_row *row);

/**
 * Make the structs of a level.
 *
 * @param[in]     mem_ctx  Owns the structs.
 * @param[in,out] ctr      Has the level. Gets the structs, which share the
 *                         strings of the rows.
 * @param[in]     rows     The sessions.
 * @param[in]     num      How many; may be 0.
 *
 * @return false when out of memory.
 */
bool session_info_fill(TALLOC_CTX *mem_ctx,
		       struct srvsvc_NetSessInfoCtr *ctr,
		       const struct session_row *rows,
		       uint32_t num);

#endif
