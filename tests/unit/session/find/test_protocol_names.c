/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/session/find/protocol_names.c: client types and transports.
 */

#include "source/common/samba_types.h"

#include "tests/unit/table.h"

#include "source/session/find/protocol_names.h"

struct type_case {
	const char *name;
	uint16_t dialect;
	uint8_t encryption;
	uint8_t signing;
};

#define WANTED SMBXSRV_ENCRYPTION_DESIRED
#define REQUIRED (WANTED | SMBXSRV_ENCRYPTION_REQUIRED)
#define ENCRYPTED SMBXSRV_PROCESSED_ENCRYPTED_PACKET
#define PLAIN SMBXSRV_PROCESSED_UNENCRYPTED_PACKET
#define SIGNED SMBXSRV_PROCESSED_SIGNED_PACKET
#define UNSIGNED SMBXSRV_PROCESSED_UNSIGNED_PACKET
#define MUST_SIGN SMBXSRV_SIGNING_REQUIRED

/* The name of a test is the expected result. */
static const struct type_case type_cases[] = {
	{"SMB 1.0", 0x0000, PLAIN, UNSIGNED},
	{"SMB 2.0.2", 0x0202, PLAIN, UNSIGNED},
	{"SMB 2.1", 0x0210, PLAIN, UNSIGNED},
	{"SMB 3.0", 0x0300, PLAIN, UNSIGNED},
	{"SMB 3.0.2", 0x0302, PLAIN, UNSIGNED},
	{"SMB 3.1.1", 0x0311, PLAIN, UNSIGNED},
	{"SMB", 0x02ff, PLAIN, UNSIGNED},
	{"SMB 3.1.1", 0x0311, 0, 0},
	{"SMB 3.1.1", 0x0311, PLAIN, MUST_SIGN},
	{"SMB 3.1.1, signed", 0x0311, PLAIN, SIGNED},
	{"SMB 3.1.1, signed", 0x0311, PLAIN, SIGNED | MUST_SIGN},
	{"SMB 3.1.1, partly signed", 0x0311, PLAIN, SIGNED | UNSIGNED},
	{"SMB 3.1.1, encrypted", 0x0311, ENCRYPTED, SIGNED},
	{"SMB 3.1.1, encrypted", 0x0311, ENCRYPTED | REQUIRED, SIGNED},
	{"SMB 3.0, encrypted", 0x0300, REQUIRED, 0},
	{"SMB 3.0, encrypted", 0x0300, WANTED, 0},
	{"SMB 3.0", 0x0300, WANTED | PLAIN, UNSIGNED},
	{"SMB 3.1.1, partly encrypted, signed",
	 0x0311,
	 ENCRYPTED | PLAIN,
	 SIGNED},
	{"SMB 3.1.1, partly encrypted, partly signed",
	 0x0311,
	 ENCRYPTED | PLAIN | WANTED,
	 SIGNED | UNSIGNED},
};

static void test_client_type(void **state)
{
	const struct type_case *c = *state;
	const struct smbXsrv_session_global session = {
		.connection_dialect = c->dialect,
		.encryption_flags = c->encryption,
		.signing_flags = c->signing,
	};
	const char *type = session_client_type(NULL, &session);

	assert_string_equal(type, c->name);
	talloc_free(discard_const_p(char, type));
}

struct transport_case {
	const char *name;
	const char *local_address;
	const char *transport;
};

#define DIRECT "\\Device\\NetbiosSmb"
#define NETBIOS "\\Device\\NetBT_Tcpip"

static const struct transport_case transport_cases[] = {
	{"port 445", "ipv4:10.0.0.1:445", DIRECT},
	{"port 445, IPv6", "ipv6:2001:db8::1:445", DIRECT},
	{"port 139", "ipv4:10.0.0.1:139", NETBIOS},
	{"port 139, IPv6", "ipv6:2001:db8::1:139", NETBIOS},
	{"port that begins with 139", "ipv4:10.0.0.1:1390", DIRECT},
	{"port that ends with 139", "ipv4:10.0.0.1:4139", DIRECT},
	{"139 inside the address", "ipv6:2001:db8::139:445", DIRECT},
	{"no port", "unix", DIRECT},
	{"empty", "", DIRECT},
};

static void test_transport(void **state)
{
	const struct transport_case *c = *state;

	assert_string_equal(session_transport_name(c->local_address),
			    c->transport);
}

int main(void)
{
	struct table table = {.count = 0};

	TABLE_ADD(&table, type_cases, test_client_type);
	TABLE_ADD(&table, transport_cases, test_transport);
	return table_run(&table, "protocol_names");
}
