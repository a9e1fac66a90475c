/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one call to the server closes, and what came of it. */

#ifndef SMBSESSION_TARGET_H
#define SMBSESSION_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "source/client/smbsession.h"

/* All listed sessions of one client and user. */
struct target {
	/* NULL: any */
	const char *client;
	const char *user;
	/* sessions; 0: not known */
	uint32_t count;
	enum {
		TARGET_WAITING,
		TARGET_CLOSED,
		/* It had ended before the call. */
		TARGET_GONE,
		TARGET_FAILED,
	} state;
	NET_API_STATUS code;
};

/** What came of it, in one word. */
const char *target_result(const struct target *target);

/** Was it not listed, and matched nothing? */
bool target_is_no_match(const struct target *target);

#endif
