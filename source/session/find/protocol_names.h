/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of client types and transports in the list of sessions. */

#ifndef SESSIONDEL_PROTOCOL_NAMES_H
#define SESSIONDEL_PROTOCOL_NAMES_H

#include <talloc.h>

#include "source/common/samba_records.h"

/**
 * The dialect of a session, and how its requests were protected so far:
 * "SMB 3.1.1, encrypted". Encrypted ones count as signed, so signing is left
 * out if all were encrypted. "partly" means that some were not.
 *
 * @param[in] mem_ctx  Owns the name.
 *
 * @return NULL if out of memory.
 */
const char *session_client_type(TALLOC_CTX *mem_ctx,
				const struct smbXsrv_session_global *session);

/**
 * The Windows name of a channel's transport. A constant.
 *
 * @param[in] local_address  As in the session table: "ipv4:A:PORT".
 */
const char *session_transport_name(const char *local_address);

#endif
