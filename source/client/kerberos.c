/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kerberos tickets: use the one at hand, or say why there is none. */

#include "kerberos.h"

#include <arpa/inet.h>
#include <string.h>

#include <credentials.h>

#include "deadline.h"
#include "status_error.h"

/* libkrb5's codes for a domain that cannot be reached. MIT's and Heimdal's are
 * the same numbers. */
#define KRB5_REALM_UNKNOWN (-1765328230)
#define KRB5_KDC_UNREACH (-1765328228)

bool kerberos_is_required(struct cli_credentials *credentials)
{
	return cli_credentials_get_kerberos_state(credentials) ==
	       CRED_USE_KERBEROS_REQUIRED;
}

/* NAME@REALM; NULL when there is no ticket. */
static char *ticket_owner(struct smbsession_context *context,
			  TALLOC_CTX *mem_ctx)
{
	struct cli_credentials *ticket = cli_credentials_init(mem_ctx);
	const char *why = NULL;

	if (ticket == NULL || cli_credentials_set_ccache(ticket,
							 context->lp_ctx,
							 NULL,
							 CRED_SPECIFIED,
							 &why) != 0) {
		return NULL;
	}
	return cli_credentials_get_principal(ticket, mem_ctx);
}

/* user: NAME or NAME@REALM */
static bool ticket_belongs_to(const char *owner, const char *user)
{
	size_t length = strlen(user);

	if (strchr(user, '@') != NULL) {
		return strcasecmp(owner, user) == 0;
	}
	return strncasecmp(owner, user, length) == 0 && owner[length] == '@';
}

/* If it is not, a password is asked for, as Samba's tools do. */
static bool ticket_is_wanted(const struct smbsession_login *login,
			     struct cli_credentials *credentials,
			     const char *owner)
{
	enum credentials_obtained obtained = CRED_UNINITIALISED;
	const char *user =
		cli_credentials_get_username_and_obtained(credentials,
							  &obtained);

	return cli_credentials_get_password(credentials) == NULL &&
	       (login->no_password || kerberos_is_required(credentials)) &&
	       (obtained < CRED_SPECIFIED || ticket_belongs_to(owner, user));
}

void kerberos_use_ticket(struct smbsession_context *context,
			 struct cli_credentials *credentials)
{
	TALLOC_CTX *frame = NULL;
	const char *owner = NULL;
	const char *why = NULL;

	if (cli_credentials_get_kerberos_state(credentials) ==
	    CRED_USE_KERBEROS_DISABLED) {
		return;
	}
	frame = talloc_new(credentials);
	owner = ticket_owner(context, frame);
	if (owner == NULL) {
		cli_credentials_invalidate_ccache(credentials, CRED_GUESS_FILE);
	} else if (ticket_is_wanted(&context->login, credentials, owner)) {
		(void)cli_credentials_set_ccache(credentials,
						 context->lp_ctx,
						 NULL,
						 CRED_SPECIFIED,
						 &why);
	}
	talloc_free(frame);
}

static bool is_address(const char *host)
{
	struct in6_addr address;

	return inet_pton(AF_INET, host, &address) == 1 ||
	       strchr(host, ':') != NULL;
}

NET_API_STATUS kerberos_get_ticket(struct smbsession_context *context,
				   struct cli_credentials *credentials)
{
	struct gssapi_creds_container *ticket = NULL;
	const char *server = context->connected_to;
	const char *why = "";
	int error = 0;

	if (!kerberos_is_required(credentials)) {
		return NERR_Success;
	}
	if (is_address(server)) {
		return context_error(context,
				     ERROR_LOGON_FAILURE,
				     "%s: Kerberos needs the server's name, "
				     "not its address",
				     server);
	}
	error = cli_credentials_get_client_gss_creds(credentials,
						     context->deadline->ev,
						     context->lp_ctx,
						     &ticket,
						     &why);
	if (error == 0) {
		return NERR_Success;
	}
	if (deadline_passed(context->deadline)) {
		return status_error(context, NT_STATUS_IO_TIMEOUT);
	}
	return context_error(context,
			     error == KRB5_REALM_UNKNOWN ||
					     error == KRB5_KDC_UNREACH
				     ? ERROR_NO_LOGON_SERVERS
				     : ERROR_LOGON_FAILURE,
			     "%s: no valid Kerberos ticket: %.*s",
			     server,
			     (int)strcspn(why, "\n"),
			     why);
}

NET_API_STATUS kerberos_error(struct smbsession_context *context)
{
	return context_error(context,
			     ERROR_LOGON_FAILURE,
			     "%s: no Kerberos ticket for it: the domain does "
			     "not know the server by this name",
			     context->connected_to);
}
