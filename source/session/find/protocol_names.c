/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of dialects and transports in the list of sessions. */

#include "protocol_names.h"

#include <stddef.h>
#include <string.h>

/* The end of an address with the port of NetBIOS sessions. */
#define NETBIOS_PORT ":139"

const char *session_dialect_name(uint16_t dialect)
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

const char *session_transport_name(const char *local_address)
{
	const char *port = strrchr(local_address, ':');

	if (port != NULL && strcmp(port, NETBIOS_PORT) == 0) {
		return "\\Device\\NetBT_Tcpip";
	}
	return "\\Device\\NetbiosSmb";
}
