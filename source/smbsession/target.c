/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one call to the server closes, and what came of it. */

#include "target.h"

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
