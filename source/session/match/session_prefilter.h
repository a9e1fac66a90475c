/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which session records cannot match, told by their bytes alone. */

#ifndef SESSIONDEL_SESSION_PREFILTER_H
#define SESSIONDEL_SESSION_PREFILTER_H

#include "replace.h"
#include <tdb.h>

#include "client_filter.h"
#include "user_filter.h"

/**
 * May a record be that of a user, or a client, that the filter means?
 *
 * No is certain. Yes is what decoding the record is for: a name that the filter
 * means is somewhere in it.
 *
 * @param[in] filter  What was asked for.
 * @param[in] record  The bytes, without the header of dbwrap's watchers.
 */
bool session_prefilter_user(const struct user_filter *filter, TDB_DATA record);
bool session_prefilter_client(const struct client_filter *filter,
			      TDB_DATA record);

#endif
