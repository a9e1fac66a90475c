/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is calling: the right to, and the names for the audit. */

#ifndef SESSIONDEL_CALLER_H
#define SESSIONDEL_CALLER_H

#include "source/common/samba_types.h"

#include "librpc/gen_ndr/security.h"

struct dcesrv_call_state;

struct caller {
	bool may_end_sessions;
	/* NULL where the server knows none */
	const char *domain;
	const char *account;
	const char *address;
	/* all zero where it knows none */
	struct dom_sid sid;
};

/**
 * Tell who calls, from the session that the call is authenticated with.
 *
 * @param[in] call     The call, what the caller points to belongs to it.
 * @param[in] address  The other end of its connection.
 */
struct caller caller_of(struct dcesrv_call_state *call, const char *address);

#endif
