/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A caller: what it may do, and its names for the audit. */

#include "caller.h"

#include "librpc/gen_ndr/auth.h"

#include "source/session/match/session_match.h"

#include "rights.h"

static bool may_end_sessions(const struct auth_session_info *session)
{
	const struct security_token *token = session->security_token;
	bool unix_root =
		session->unix_token != NULL && session->unix_token->uid == 0;

	return token != NULL &&
	       rights_may_end_sessions(token->sids, token->num_sids, unix_root);
}

struct caller caller_of_session(const struct auth_session_info *session,
				const char *address)
{
	const struct auth_user_info *info = session->info;
	struct caller caller = {
		.may_end_sessions = may_end_sessions(session),
		.address = address,
		.sid = session_user_sid(session),
	};

	if (info != NULL) {
		caller.domain = info->domain_name;
		caller.account = info->account_name;
	}
	return caller;
}
