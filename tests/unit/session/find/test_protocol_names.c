/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/session/find/protocol_names.c: dialects and transports. */

#include "tests/unit/table.h"

#include "source/session/find/protocol_names.h"

struct dialect_case {
	const char *name;
	uint16_t dialect;
};

/* The name of a test is the expected result. */
static const struct dialect_case dialect_cases[] = {
	{"SMB 1.0", 0x0000},
	{"SMB 2.0.2", 0x0202},
	{"SMB 2.1", 0x0210},
	{"SMB 3.0", 0x0300},
	{"SMB 3.0.2", 0x0302},
	{"SMB 3.1.1", 0x0311},
	{"SMB", 0x02ff},
};

static void test_dialect(void **state)
{
	const struct dialect_case *c = *state;

	assert_string_equal(session_dialect_name(c->dialect), c->name);
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

	TABLE_ADD(&table, dialect_cases, test_dialect);
	TABLE_ADD(&table, transport_cases, test_transport);
	return table_run(&table, "protocol_names");
}
