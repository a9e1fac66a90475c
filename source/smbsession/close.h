/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smbsession close */

#ifndef SMBSESSION_CLOSE_H
#define SMBSESSION_CLOSE_H

#include <stdint.h>

#include "report.h"

/* What one call closes: all sessions of a client and user that are listed. */
struct target {
	/* NULL: any */
	const char *client;
	const char *user;
	/* sessions; 0: not known */
	uint32_t count;
	enum {
		TARGET_WAITING,
		TARGET_CLOSED,
		/* There was none any more. */
		TARGET_GONE,
		TARGET_FAILED,
	} state;
	NET_API_STATUS code;
};

/** What came of it, in a word. */
const char *target_result(const struct target *target);

/** Run the command; the exit status. */
enum exit_status close_sessions(struct smbsession_context *context,
				const struct options *options);

#endif
