/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is calling: the right to, and the names for the audit. */

#include "source/common/samba_types.h"
#include "caller.h"

#include "lib/tsocket/tsocket.h"
#include "libcli/security/dom_sid.h"
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

static const char *sid_string(TALLOC_CTX *mem_ctx,
			      const struct security_token *token)
{
	struct dom_sid_buf buf;

	if (token == NULL || token->num_sids == 0) {
		return talloc_strdup(mem_ctx, "");
	}
	return talloc_strdup(mem_ctx, dom_sid_str_buf(&token->sids[0], &buf));
}

static const char *copy(TALLOC_CTX *mem_ctx, const char *text)
{
	return talloc_strdup(mem_ctx, text != NULL ? text : "");
}

const struct caller *caller_of(TALLOC_CTX *mem_ctx,
			       struct dcesrv_call_state *call)
{
	const struct auth_session_info *session =
		dcesrv_call_session_info(call);
	const struct auth_user_info *info = session->info;
	struct caller *caller = talloc(mem_ctx, struct caller);

	if (caller == NULL) {
		return NULL;
	}
	*caller = (struct caller){
		.may_end_sessions = may_end_sessions(session),
		.domain = copy(caller, info != NULL ? info->domain_name : NULL),
		.account =
			copy(caller, info != NULL ? info->account_name : NULL),
		.sid = sid_string(caller, session->security_token),
		.address = tsocket_address_string(call->conn->remote_address,
						  caller),
	};
	if (caller->domain == NULL || caller->account == NULL ||
	    caller->sid == NULL || caller->address == NULL) {
		talloc_free(caller);
		return NULL;
	}
	return caller;
}
