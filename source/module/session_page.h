/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which part of a list of sessions an answer holds, [MS-SRVS] 3.1.4.5. */

#ifndef SESSIONDEL_SESSION_PAGE_H
#define SESSIONDEL_SESSION_PAGE_H

#include "source/common/samba_types.h"

#include "source/session/find/session_list_local.h"

/* MAX_PREFERRED_LENGTH: all of them. */
#define SESSION_PAGE_NO_LIMIT 0xffffffff

struct session_page {
	/* the rows of the answer */
	size_t first;
	size_t num;
	/* TotalEntries: these rows and all after them */
	size_t total;
	/* ResumeHandle: 0 if there are none after them */
	uint32_t resume;
};

/**
 * Choose the rows of one answer.
 *
 * ResumeHandle is the id of the last session of the previous answer, so nothing
 * is remembered between two calls. An enumeration goes through the ids in
 * ascending order and ends, even if sessions come and go meanwhile. A session
 * that is there all the time is listed once; one that comes or goes may be
 * missing.
 *
 * An answer that is not the last has at least one row, even if that is longer
 * than PreferedMaximumLength: otherwise the caller would get no further.
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
