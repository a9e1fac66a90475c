/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is calling: the right to, and the names for the audit. */

#ifndef SESSIONDEL_CALLER_H
#define SESSIONDEL_CALLER_H

#include "replace.h"
#include <talloc.h>

struct dcesrv_call_state;

struct caller {
	bool may_end_sessions;
	const char *domain;
	const char *account;
	const char *sid;
	const char *address;
};

/**
 * Tell who calls, from the session that the call is authenticated with.
 *
 * @param[in] mem_ctx  Owns the caller.
 * @param[in] call     The call.
 *
 * @return NULL without memory.
 */
const struct caller *caller_of(TALLOC_CTX *mem_ctx,
			       struct dcesrv_call_state *call);

#endif
