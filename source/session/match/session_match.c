/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does a session's record match? See docs/spec.md#which-sessions-match. */

#include "session_match.h"

#include "lib/util/charset/charset.h"
#include "libcli/security/security_token.h"
#include "librpc/gen_ndr/auth.h"

/* S-1-5-11: missing in the tokens of anonymous users and guests. */
static const struct dom_sid sid_authenticated_users = {
	.sid_rev_num = 1,
	.num_auths = 1,
	.id_auth = {0, 0, 0, 0, 0, 5},
	.sub_auths = {11},
};

/*
 * Only an AD DC records DNS domains. Elsewhere the server's realm stands for
 * that of the server's own domain (docs/spec.md#which-sessions-match).
 */
static const char *dns_domain(const struct auth_user_info *info,
			      const struct session_scope *scope)
{
	if (info->dns_domain_name != NULL && info->dns_domain_name[0] != '\0') {
		return info->dns_domain_name;
	}
	if (info->domain_name != NULL &&
	    strequal_m(info->domain_name, scope->domain)) {
		return scope->realm;
	}
	return NULL;
}

struct user_identity session_user(const struct auth_session_info *session,
				  const struct session_scope *scope)
{
	struct user_identity user = {.unix_name = NULL};

	if (session->unix_info != NULL) {
		user.unix_name = session->unix_info->unix_name;
	}
	if (session->info != NULL) {
		user.account = session->info->account_name;
		user.domain = session->info->domain_name;
		user.dns_domain = dns_domain(session->info, scope);
		user.upn = session->info->user_principal_name;
	}
	return user;
}

struct dom_sid session_user_sid(const struct auth_session_info *session)
{
	const struct security_token *token = session->security_token;

	if (token == NULL || token->num_sids == 0) {
		return (struct dom_sid){.sid_rev_num = 0};
	}
	return token->sids[0];
}

bool session_user_is_guest(const struct auth_session_info *session)
{
	return session->security_token == NULL ||
	       !security_token_has_sid(session->security_token,
				       &sid_authenticated_users);
}

/* One matching channel is enough (docs/spec.md#which-sessions-match). */
bool session_client_matches(const struct smbXsrv_session_global *session,
			    const struct client_filter *filter)
{
	for (uint32_t i = 0; i < session->num_channels; i++) {
		const struct smbXsrv_channel_global *channel =
			&session->channels[i];

		if (client_filter_matches(filter,
					  channel->remote_address,
					  channel->remote_name)) {
			return true;
		}
	}
	return false;
}

bool session_has_callers_token(const struct smbXsrv_session_global *session,
			       const struct session_scope_caller *caller)
{
	return !GUID_all_zero(&caller->token) &&
	       GUID_equal(&session->auth_session_info->unique_session_token,
			  &caller->token);
}

bool session_has_callers_login(const struct auth_session_info *session,
			       const struct session_scope_caller *caller)
{
	const struct auth_user_info_unix *unix_info = session->unix_info;

	return caller->login != NULL && unix_info != NULL &&
	       unix_info->sanitized_username != NULL &&
	       strcmp(unix_info->sanitized_username, caller->login) == 0;
}

bool session_is_on_callers_connection(
	const struct smbXsrv_session_global *session,
	const struct session_scope_caller *caller)
{
	if (caller->address == NULL) {
		return false;
	}
	for (uint32_t i = 0; i < session->num_channels; i++) {
		if (strcmp(session->channels[i].remote_address,
			   caller->address) == 0) {
			return true;
		}
	}
	return false;
}

/* Some guests have only a unix name. */
char *session_display_name(TALLOC_CTX *mem_ctx,
			   const struct user_identity *user)
{
	if (user->account == NULL || user->account[0] == '\0') {
		return talloc_strdup(mem_ctx,
				     user->unix_name != NULL ? user->unix_name
							     : "");
	}
	return talloc_asprintf(mem_ctx,
			       "%s\\%s",
			       user->domain != NULL ? user->domain : "",
			       user->account);
}
