/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may end sessions (docs/spec.md#who-may-call). */

#include "replace.h"
#include "rights.h"

#include "libcli/security/dom_sid.h"

#define NT_AUTHORITY             \
	{                        \
		0, 0, 0, 0, 0, 5 \
	}

static const struct dom_sid sid_authenticated_users = {
	.sid_rev_num = 1,
	.num_auths = 1,
	.id_auth = NT_AUTHORITY,
	.sub_auths = {11},
};
static const struct dom_sid sid_system = {
	.sid_rev_num = 1,
	.num_auths = 1,
	.id_auth = NT_AUTHORITY,
	.sub_auths = {18},
};
static const struct dom_sid sid_administrators = {
	.sid_rev_num = 1,
	.num_auths = 2,
	.id_auth = NT_AUTHORITY,
	.sub_auths = {32, 544},
};
static const struct dom_sid sid_server_operators = {
	.sid_rev_num = 1,
	.num_auths = 2,
	.id_auth = NT_AUTHORITY,
	.sub_auths = {32, 549},
};

static bool token_holds(const struct dom_sid *sids,
			uint32_t num_sids,
			const struct dom_sid *wanted)
{
	for (uint32_t i = 0; i < num_sids; i++) {
		if (dom_sid_equal(&sids[i], wanted)) {
			return true;
		}
	}
	return false;
}

bool rights_may_end_sessions(const struct dom_sid *sids,
			     uint32_t num_sids,
			     bool unix_root)
{
	if (token_holds(sids, num_sids, &sid_system)) {
		return true;
	}
	/*
	 * Anonymous and guest tokens lack this SID. They stay refused even on
	 * a server that maps its guest account to an administrator.
	 */
	if (!token_holds(sids, num_sids, &sid_authenticated_users)) {
		return false;
	}
	return unix_root || token_holds(sids, num_sids, &sid_administrators) ||
	       token_holds(sids, num_sids, &sid_server_operators);
}
