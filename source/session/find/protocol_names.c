/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of client types and transports in the list of sessions. */

#include "protocol_names.h"

/* The end of an address with the port of NetBIOS sessions. */
#define NETBIOS_PORT ":139"

/* dialect: DialectRevision of [MS-SMB2] 2.2.4, 0 for SMB1. */
static const char *dialect_name(uint16_t dialect)
{
	static const struct {
		uint16_t dialect;
		const char *name;
	} names[] = {
		{0x0000, "SMB 1.0"},
		{0x0202, "SMB 2.0.2"},
		{0x0210, "SMB 2.1"},
		{0x0300, "SMB 3.0"},
		{0x0302, "SMB 3.0.2"},
		{0x0311, "SMB 3.1.1"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].dialect == dialect) {
			return names[i].name;
		}
	}
	return "SMB";
}

/* smbd notes both what it asks of the client and what it has seen. */
static bool is_encrypted(unsigned int flags)
{
	return (flags & SMBXSRV_PROCESSED_UNENCRYPTED_PACKET) == 0 &&
	       (flags & (SMBXSRV_PROCESSED_ENCRYPTED_PACKET |
			 SMBXSRV_ENCRYPTION_DESIRED |
			 SMBXSRV_ENCRYPTION_REQUIRED)) != 0;
}

static const char *signing_name(unsigned int flags)
{
	if ((flags & SMBXSRV_PROCESSED_SIGNED_PACKET) == 0) {
		return "";
	}
	return (flags & SMBXSRV_PROCESSED_UNSIGNED_PACKET) == 0
		       ? ", signed"
		       : ", partly signed";
}

const char *session_client_type(TALLOC_CTX *mem_ctx,
				const struct smbXsrv_session_global *session)
{
	const unsigned int flags = session->encryption_flags;
	const char *dialect = dialect_name(session->connection_dialect);

	if (is_encrypted(flags)) {
		return talloc_asprintf(mem_ctx, "%s, encrypted", dialect);
	}
	return talloc_asprintf(mem_ctx,
			       "%s%s%s",
			       dialect,
			       (flags & SMBXSRV_PROCESSED_ENCRYPTED_PACKET) != 0
				       ? ", partly encrypted"
				       : "",
			       signing_name(session->signing_flags));
}

const char *session_transport_name(const char *local_address)
{
	const char *port = strrchr(local_address, ':');

	if (port != NULL && strcmp(port, NETBIOS_PORT) == 0) {
		return "\\Device\\NetBT_Tcpip";
	}
	return "\\Device\\NetbiosSmb";
}
