/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A dump of the kernel's TCP connections: the question and the answer. */

#ifndef SESSIONDEL_TCP_DUMP_H
#define SESSIONDEL_TCP_DUMP_H

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tcp_end {
	/* IPv4 is stored in its IPv6-mapped form, so that both compare equal */
	struct in6_addr ip;
	uint16_t port;
};

struct tcp_connection {
	/* of the server's socket: AF_INET or AF_INET6 */
	int family;
	struct tcp_end server;
	struct tcp_end client;
};

/**
 * The connection of a channel, from its ends as smbd records them:
 * "ipv4:10.0.0.7:49152".
 *
 * @param[out] connection  Valid only if true is returned.
 *
 * @return false if an end is nothing of TCP.
 */
bool tcp_connection_parse(const char *local_address,
			  const char *remote_address,
			  struct tcp_connection *connection);

/**
 * Order two connections by their ends, for qsort() and bsearch(). The family
 * does not matter, nor do zones.
 */
int tcp_connection_compare(const struct tcp_connection *a,
			   const struct tcp_connection *b);

/* What is sent to the kernel. */
struct tcp_dump_request {
	struct nlmsghdr header;
	struct inet_diag_req_v2 body;
};

/**
 * Ask for all connections to a port.
 *
 * @param[in] family  AF_INET or AF_INET6.
 * @param[in] port    On our side.
 */
struct tcp_dump_request tcp_dump_request(int family, uint16_t port);

/**
 * Called for each connection.
 *
 * @param[in] idle_ms  Milliseconds since the last data came from the other end.
 */
typedef void (*tcp_dump_visit)(const struct tcp_connection *connection,
			       uint32_t idle_ms,
			       void *private_data);

/* What tcp_dump_read() returns while more of the answer follows. */
#define TCP_DUMP_MORE (-1)

/**
 * Read one datagram of the answer.
 *
 * @param[in] data  Of size bytes, of any alignment.
 *
 * @return 0 at the end of a complete answer, TCP_DUMP_MORE before it, else an
 *         errno: the kernel's own, EINTR if connections may be missing, EPROTO
 *         if a message makes no sense.
 */
int tcp_dump_read(const uint8_t *data,
		  size_t size,
		  tcp_dump_visit visit,
		  void *private_data);

#endif
