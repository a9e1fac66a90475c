/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A caller: what it may do, and its names for the audit. */

#ifndef SESSIONDEL_CALLER_H
#define SESSIONDEL_CALLER_H

#include "source/common/samba_types.h"

#include "librpc/gen_ndr/security.h"

struct auth_session_info;

struct caller {
	bool may_end_sessions;
	/* that could not be found out */
	bool no_memory;
	/* NULL if unknown */
	const char *domain;
	const char *account;
	const char *address;
	/* all zero if unknown */
	struct dom_sid sid;
};

/**
 * The user of a session. The strings belong to it.
 *
 * @param[in] address  The client's end of the call's connection.
 */
struct caller caller_of_session(const struct auth_session_info *session,
				const char *address);

#endif
