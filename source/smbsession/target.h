/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one call to the server closes, and what came of it. */

#ifndef SMBSESSION_TARGET_H
#define SMBSESSION_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/client/session_list.h"

struct failure {
	/* NERR_Success: none */
	NET_API_STATUS code;
	const char *text;
};

/* All listed sessions of one client and user. */
struct target {
	/* NULL: any */
	const char *client;
	const char *user;
	/* sessions; 0: the server does not list them */
	uint32_t count;
	enum {
		TARGET_WAITING,
		TARGET_CLOSED,
		/* It had ended before the call. */
		TARGET_GONE,
		TARGET_FAILED,
	} state;
	/* of TARGET_FAILED; text owns its text, unless that is static */
	struct failure error;
	char *text;
};

/** The target with these names, or NULL. */
struct target *target_find(const struct target *targets,
			   size_t count,
			   const char *client,
			   const char *user);

/** What came of it, in one word or two. */
const char *target_result(const struct target *target);

/** Was it not listed, and matched nothing? */
bool target_is_no_match(const struct target *target);

#endif
