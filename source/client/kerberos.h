/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kerberos tickets: use the one at hand, or say why there is none. */

#ifndef SMBSESSION_KERBEROS_H
#define SMBSESSION_KERBEROS_H

#include <stdbool.h>

#include "context.h"

struct cli_credentials;

/** Do the settings or smb.conf require Kerberos? */
bool kerberos_is_required(struct cli_credentials *credentials);

/**
 * Log in with the ticket at hand if there is no password, and either none may
 * be asked for or Kerberos is required. If a user is set, the ticket must be
 * that user's.
 *
 * libsamba-credentials does not get this right by itself: it drops the ticket
 * when a user or "no password" is set, and it takes a ticket file that does not
 * exist for a ticket.
 */
void kerberos_use_ticket(struct smbsession_context *context,
			 struct cli_credentials *credentials);

/**
 * If Kerberos is required, find or get a ticket before connecting: libdcerpc
 * reports anything wrong with a ticket as an invalid parameter.
 *
 * @return NERR_Success, or the error, which is also noted in the context:
 *         ERROR_LOGON_FAILURE, ERROR_NO_LOGON_SERVERS or ERROR_SEM_TIMEOUT
 */
NET_API_STATUS kerberos_get_ticket(struct smbsession_context *context,
				   struct cli_credentials *credentials);

/**
 * Note why libdcerpc still reports an invalid parameter then: the domain gives
 * no ticket for this server. Returns the error code.
 */
NET_API_STATUS kerberos_error(struct smbsession_context *context);

#endif
