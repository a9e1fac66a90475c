/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tickets: the one that is there already, and what is wrong where none is. */

#ifndef SMBSESSION_KERBEROS_H
#define SMBSESSION_KERBEROS_H

#include <stdbool.h>

#include "context.h"

struct cli_credentials;

/** May nothing but Kerberos log in, by a setting or by smb.conf? */
bool kerberos_is_required(struct cli_credentials *credentials);

/**
 * Log in by the ticket that is there, where that is better than a password
 * that is not set, and unless a user is set whose ticket it is not.
 *
 * To libsamba-credentials a ticket is outdated once a user or the lack of a
 * password is set, and a file for tickets that is not there is a ticket.
 */
void kerberos_use_ticket(struct smbsession_context *context,
			 struct cli_credentials *credentials);

/**
 * Where Kerberos is required: find or get a ticket, before the server is
 * asked. What fails later is an invalid parameter to libdcerpc.
 *
 * @return NERR_Success, ERROR_LOGON_FAILURE or ERROR_NO_LOGON_SERVERS; noted
 *         in the context
 */
NET_API_STATUS kerberos_get_ticket(struct smbsession_context *context,
				   struct cli_credentials *credentials);

/** The code for what libdcerpc takes for an invalid parameter then. */
NET_API_STATUS kerberos_error(struct smbsession_context *context);

#endif
