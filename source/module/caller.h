/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is calling: the caller's rights, and its names for the audit. */

#ifndef SESSIONDEL_CALLER_H
#define SESSIONDEL_CALLER_H

#include "source/common/samba_types.h"

#include "librpc/gen_ndr/security.h"

struct dcesrv_call_state;

struct caller {
	bool may_end_sessions;
	/* NULL if unknown */
	const char *domain;
	const char *account;
	const char *address;
	/* all zero if unknown */
	struct dom_sid sid;
};

/**
 * Find out who calls, from the session that the call is authenticated with.
 *
 * @param[in] call     Owns the memory that the result points to.
 * @param[in] address  The client's end of the call's connection.
 */
struct caller caller_of(struct dcesrv_call_state *call, const char *address);

#endif
