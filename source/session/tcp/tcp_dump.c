/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A dump of the kernel's TCP connections: the question and the answer. */

#include "tcp_dump.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "source/common/client_address.h"

/* The highest that the kernel knows. */
#define ERRNO_MAX 4095

static bool parse_end(const char *text, struct tcp_end *end)
{
	struct client_address address;
	char *rest = NULL;
	unsigned long port;

	if (!client_address_parse_channel(text, &address)) {
		return false;
	}
	port = strtoul(strrchr(text, ':') + 1, &rest, 10);
	*end = (struct tcp_end){.ip = address.ip, .port = (uint16_t)port};
	return *rest == '\0' && port != 0 && port <= UINT16_MAX;
}

bool tcp_connection_parse(const char *local_address,
			  const char *remote_address,
			  struct tcp_connection *connection)
{
	connection->family =
		strncmp(local_address, "ipv4:", 5) == 0 ? AF_INET : AF_INET6;
	return parse_end(local_address, &connection->server) &&
	       parse_end(remote_address, &connection->client);
}

static int compare_ends(const struct tcp_end *a, const struct tcp_end *b)
{
	int ret = a->port - b->port;

	return ret != 0 ? ret : memcmp(&a->ip, &b->ip, sizeof(a->ip));
}

int tcp_connection_compare(const struct tcp_connection *a,
			   const struct tcp_connection *b)
{
	int ret = compare_ends(&a->client, &b->client);

	return ret != 0 ? ret : compare_ends(&a->server, &b->server);
}

struct tcp_dump_request tcp_dump_request(int family, uint16_t port)
{
	return (struct tcp_dump_request){
		.header =
			{
				.nlmsg_len = sizeof(struct tcp_dump_request),
				.nlmsg_type = SOCK_DIAG_BY_FAMILY,
				.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
			},
		.body =
			{
				.sdiag_family = (uint8_t)family,
				.sdiag_protocol = IPPROTO_TCP,
				.idiag_ext = 1 << (INET_DIAG_INFO - 1),
				.idiag_states = 1 << TCP_ESTABLISHED |
						1 << TCP_CLOSE_WAIT,
				.id.idiag_sport = htons(port),
			},
	};
}

/* Bytes that are left of an answer. */
struct rest {
	const uint8_t *data;
	size_t size;
};

/* Copy from the beginning, which may have any alignment. */
static bool peek(const struct rest *rest, void *to, size_t size)
{
	if (rest->size < size) {
		return false;
	}
	memcpy(to, rest->data, size);
	return true;
}

static void skip(struct rest *rest, size_t size)
{
	if (size > rest->size) {
		size = rest->size;
	}
	rest->data += size;
	rest->size -= size;
}

/* From the tcp_info among a connection's attributes. */
static bool read_idle_time(struct rest attributes, uint32_t *idle_ms)
{
	const size_t offset = sizeof(struct nlattr) +
			      offsetof(struct tcp_info, tcpi_last_data_recv);
	struct nlattr attribute;

	while (peek(&attributes, &attribute, sizeof(attribute))) {
		if (attribute.nla_len < sizeof(attribute) ||
		    attribute.nla_len > attributes.size) {
			return false;
		}
		if (attribute.nla_type == INET_DIAG_INFO) {
			attributes.size = attribute.nla_len;
			skip(&attributes, offset);
			return peek(&attributes, idle_ms, sizeof(*idle_ms));
		}
		skip(&attributes, NLA_ALIGN(attribute.nla_len));
	}
	return false;
}

/* ip: as inet_diag has it. Only IPv4's first part has a meaning. */
static struct tcp_end make_end(int family, const __be32 ip[4], __be16 port)
{
	struct tcp_end end = {.port = ntohs(port)};

	if (family == AF_INET) {
		end.ip.s6_addr[10] = 0xff;
		end.ip.s6_addr[11] = 0xff;
		memcpy(&end.ip.s6_addr[12], ip, sizeof(ip[0]));
	} else {
		memcpy(&end.ip, ip, sizeof(end.ip));
	}
	return end;
}

static bool read_connection(struct rest rest,
			    tcp_dump_visit visit,
			    void *private_data)
{
	struct inet_diag_msg found;
	struct tcp_connection connection;
	uint32_t idle_ms;

	if (!peek(&rest, &found, sizeof(found))) {
		return false;
	}
	skip(&rest, NLMSG_ALIGN(sizeof(found)));
	if (!read_idle_time(rest, &idle_ms)) {
		return false;
	}
	connection = (struct tcp_connection){
		.family = found.idiag_family,
		.server = make_end(found.idiag_family,
				   found.id.idiag_src,
				   found.id.idiag_sport),
		.client = make_end(found.idiag_family,
				   found.id.idiag_dst,
				   found.id.idiag_dport),
	};
	visit(&connection, idle_ms, private_data);
	return true;
}

/* A refusal and the end both begin with the kernel's -errno, 0 for none. */
static int read_error(struct rest rest)
{
	int error;

	if (!peek(&rest, &error, sizeof(error)) || error > 0 ||
	    error < -ERRNO_MAX) {
		return EPROTO;
	}
	return -error;
}

/* Nothing is acknowledged, so a refusal without an error makes no sense. */
static int read_refusal(struct rest rest)
{
	const int error = read_error(rest);

	return error != 0 ? error : EPROTO;
}

int tcp_dump_read(const uint8_t *data,
		  size_t size,
		  tcp_dump_visit visit,
		  void *private_data)
{
	struct rest rest = {.data = data, .size = size};
	struct nlmsghdr header;

	while (peek(&rest, &header, sizeof(header))) {
		struct rest body = {.data = rest.data,
				    .size = header.nlmsg_len};

		if (header.nlmsg_len < sizeof(header) ||
		    header.nlmsg_len > rest.size) {
			return EPROTO;
		}
		if ((header.nlmsg_flags & NLM_F_DUMP_INTR) != 0) {
			return EINTR;
		}
		skip(&body, NLMSG_HDRLEN);
		if (header.nlmsg_type == NLMSG_DONE) {
			return read_error(body);
		}
		if (header.nlmsg_type == NLMSG_ERROR) {
			return read_refusal(body);
		}
		if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY ||
		    !read_connection(body, visit, private_data)) {
			return EPROTO;
		}
		skip(&rest, NLMSG_ALIGN(header.nlmsg_len));
	}
	return rest.size == 0 ? TCP_DUMP_MORE : EPROTO;
}
