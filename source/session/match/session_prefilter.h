/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rule out session records by their bytes, without decoding them. */

#ifndef SESSIONDEL_SESSION_PREFILTER_H
#define SESSIONDEL_SESSION_PREFILTER_H

#include "replace.h"
#include <tdb.h>

#include "client_filter.h"
#include "user_filter.h"

/**
 * Could a record match the filter?
 *
 * false is certain. true only means that a matching string is somewhere in the
 * record: decode it to find out.
 *
 * @param[in] filter  What was asked for.
 * @param[in] record  The record's bytes, without dbwrap_watch's header.
 */
bool session_prefilter_user(const struct user_filter *filter, TDB_DATA record);
bool session_prefilter_client(const struct client_filter *filter,
			      TDB_DATA record);

#endif
