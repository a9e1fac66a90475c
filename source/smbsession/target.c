/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one call to the server closes, and what came of it. */

#include "target.h"

#include <string.h>

/* In a call, an empty name means the same as none. */
static bool is_same_name(const char *one, const char *other)
{
	return strcmp(one != NULL ? one : "", other != NULL ? other : "") == 0;
}

struct target *target_find(const struct target *targets,
			   size_t count,
			   const char *client,
			   const char *user)
{
	for (size_t i = 0; i < count; i++) {
		if (is_same_name(targets[i].client, client) &&
		    is_same_name(targets[i].user, user)) {
			return (struct target *)&targets[i];
		}
	}
	return NULL;
}

const char *target_result(const struct target *target)
{
	switch (target->state) {
	case TARGET_CLOSED:
		return "closed";
	case TARGET_GONE:
		return "gone";
	case TARGET_FAILED:
		return "failed";
	case TARGET_WAITING:
		break;
	}
	return "not closed";
}

bool target_is_no_match(const struct target *target)
{
	return target->count == 0 && target->state == TARGET_GONE;
}
