/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which part of a list of sessions one answer has, [MS-SRVS] 3.1.4.5. */

#ifndef SESSIONDEL_SESSION_PAGE_H
#define SESSIONDEL_SESSION_PAGE_H

#include "source/common/samba_types.h"

#include "source/session/find/session_list.h"

/* MAX_PREFERRED_LENGTH: all of them. */
#define SESSION_PAGE_NO_LIMIT 0xffffffff

struct session_page {
	/* the rows of the answer */
	size_t first;
	size_t num;
	/* TotalEntries: these and all that come after them */
	size_t total;
	/* ResumeHandle: 0 when none come after them */
	uint32_t resume;
};

/**
 * Choose the rows of one answer.
 *
 * ResumeHandle is the id of the last session of the answer before, so nothing
 * needs to be remembered between two calls: an enumeration goes through the
 * ids from the least to the greatest and ends, however sessions come and go
 * meanwhile. A session that is there all the time is listed once; one that
 * comes or goes may be listed or not.
 *
 * An answer that is not the end has at least one row, even one that is longer
 * than PreferedMaximumLength, for without it the caller would come no further.
 *
 * @param[in] list    All sessions that match.
 * @param[in] level   Of the structs that the answer is made of.
 * @param[in] limit   PreferedMaximumLength, in bytes as session_info_size()
 *                    counts them.
 * @param[in] resume  ResumeHandle: 0 for the start.
 */
struct session_page session_page_choose(const struct session_list *list,
					uint32_t level,
					uint32_t limit,
					uint32_t resume);

#endif
