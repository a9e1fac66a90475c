/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which part of a list of sessions an answer holds, [MS-SRVS] 3.1.4.5. */

#include "session_page.h"

#include "session_info.h"

static size_t first_after(const struct session_list *list, uint32_t resume)
{
	size_t first = 0;

	while (first < list->num && list->rows[first].id <= resume) {
		first += 1;
	}
	return first;
}

static size_t count_fitting(const struct session_list *list,
			    size_t first,
			    uint32_t level,
			    uint32_t limit)
{
	uint64_t used = 0;
	size_t num = 0;

	while (first + num < list->num) {
		used += session_info_size(level, &list->rows[first + num]);
		if (used > limit && num != 0 &&
		    limit != SESSION_PAGE_NO_LIMIT) {
			break;
		}
		num += 1;
	}
	return num;
}

struct session_page session_page_choose(const struct session_list *list,
					uint32_t level,
					uint32_t limit,
					uint32_t resume)
{
	struct session_page page = {.first = first_after(list, resume)};

	page.total = list->num - page.first;
	page.num = count_fitting(list, page.first, level, limit);
	if (page.num < page.total) {
		page.resume = list->rows[page.first + page.num - 1].id;
	}
	return page;
}
