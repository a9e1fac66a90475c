/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes source/session/tcp/tcp_dump.c: a datagram is read within its bounds.
 */

#include "fuzz.h"

#include "source/session/tcp/tcp_dump.h"

/* Less fits into no message that has a connection. */
#define SMALLEST                                                  \
	(sizeof(struct nlmsghdr) + sizeof(struct inet_diag_msg) + \
	 sizeof(struct nlattr))

static void visit(const struct tcp_connection *connection,
		  uint32_t idle_ms,
		  void *private_data)
{
	size_t *visited = private_data;

	(void)idle_ms;
	assert(connection->family != AF_INET ||
	       (IN6_IS_ADDR_V4MAPPED(&connection->server.ip) &&
		IN6_IS_ADDR_V4MAPPED(&connection->client.ip)));
	assert(tcp_connection_compare(connection, connection) == 0);
	*visited += 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t visited = 0;
	const int state = tcp_dump_read(data, size, visit, &visited);

	assert(visited <= size / SMALLEST);
	assert(state != TCP_DUMP_MORE || size == 0 || visited != 0);
	assert(state != 0 || size > sizeof(struct nlmsghdr));
	return 0;
}
