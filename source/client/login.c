/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Credentials from a context's settings. */

#include "login.h"

#include <stdlib.h>
#include <string.h>

#include <credentials.h>

#include "deadline.h"
#include "kerberos.h"

bool login_is_given(const struct smbsession_login *login)
{
	return login->username != NULL || login->no_password ||
	       login->password != NULL || login->authentication_file != NULL ||
	       (login->kerberos != NULL &&
		strcmp(login->kerberos, "required") == 0);
}

/* Keeps the answer, so that the next connection does not ask again. */
static const char *prompt_for_password(struct cli_credentials *credentials)
{
	struct smbsession_context *context =
		cli_credentials_callback_data(credentials,
					      struct smbsession_context);
	struct smbsession_login *login = &context->login;
	char *name =
		cli_credentials_get_unparsed_name(credentials, credentials);
	const char *answer = NULL;

	deadline_pause(context->deadline);
	answer = login->prompt(name != NULL ? name : "", login->prompt_data);
	talloc_free(name);
	login->password =
		answer != NULL ? talloc_strdup(context, answer) : NULL;
	return deadline_resume(context->deadline) ? login->password : NULL;
}

static enum credentials_use_kerberos parse_kerberos_state(const char *wanted)
{
	if (strcmp(wanted, "required") == 0) {
		return CRED_USE_KERBEROS_REQUIRED;
	}
	return strcmp(wanted, "off") == 0 ? CRED_USE_KERBEROS_DISABLED
					  : CRED_USE_KERBEROS_DESIRED;
}

/* In Samba's order: the more specific setting comes later. */
static NET_API_STATUS apply_login_settings(struct smbsession_context *context,
					   struct cli_credentials *credentials)
{
	const struct smbsession_login *login = &context->login;

	if (login->authentication_file != NULL &&
	    !cli_credentials_parse_file(credentials,
					login->authentication_file,
					CRED_SPECIFIED)) {
		return context_error(context,
				     ERROR_INVALID_PARAMETER,
				     "cannot read %s",
				     login->authentication_file);
	}
	if (login->username != NULL) {
		cli_credentials_parse_string(credentials,
					     login->username,
					     CRED_SPECIFIED);
	}
	if (login->no_password || login->password != NULL) {
		cli_credentials_set_password(credentials,
					     login->no_password
						     ? NULL
						     : login->password,
					     CRED_SPECIFIED);
	}
	if (login->kerberos != NULL) {
		cli_credentials_set_kerberos_state(credentials,
						   parse_kerberos_state(
							   login->kerberos),
						   CRED_SPECIFIED);
	}
	return NERR_Success;
}

NET_API_STATUS login_credentials(TALLOC_CTX *mem_ctx,
				 struct smbsession_context *context,
				 struct cli_credentials **credentials)
{
	NET_API_STATUS code = NERR_Success;

	*credentials = cli_credentials_init(mem_ctx);
	if (*credentials == NULL ||
	    !cli_credentials_guess(*credentials, context->lp_ctx)) {
		return context_no_memory(context);
	}
	code = apply_login_settings(context, *credentials);
	if (code != NERR_Success) {
		return code;
	}
	kerberos_use_ticket(context, *credentials);
	if (context->login.prompt != NULL) {
		cli_credentials_set_callback_data(*credentials, context);
		cli_credentials_set_password_callback(*credentials,
						      prompt_for_password);
	}
	return NERR_Success;
}
