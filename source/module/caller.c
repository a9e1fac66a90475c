/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is calling: the caller's rights, and its names for the audit. */

#include "caller.h"

#include "librpc/gen_ndr/auth.h"
#include "librpc/rpc/dcesrv_core.h"

#include "rights.h"

static bool may_end_sessions(const struct auth_session_info *session)
{
	const struct security_token *token = session->security_token;
	bool unix_root =
		session->unix_token != NULL && session->unix_token->uid == 0;

	return token != NULL &&
	       rights_may_end_sessions(token->sids, token->num_sids, unix_root);
}

struct caller caller_of(struct dcesrv_call_state *call, const char *address)
{
	const struct auth_session_info *session =
		dcesrv_call_session_info(call);
	const struct security_token *token = session->security_token;
	const struct auth_user_info *info = session->info;
	struct caller caller = {
		.may_end_sessions = may_end_sessions(session),
		.address = address,
	};

	if (info != NULL) {
		caller.domain = info->domain_name;
		caller.account = info->account_name;
	}
	if (token != NULL && token->num_sids != 0) {
		caller.sid = token->sids[0];
	}
	return caller;
}
