/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/session/tcp/tcp_dump.c: what is asked, and what is read. */

#include "tests/unit/table.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "source/session/tcp/tcp_dump.h"

/* Of the connection that answer_add() adds. */
#define IDLE_MS 0x12345678
#define SERVER_PORT 445
#define CLIENT_PORT 49152

static const uint8_t server_ip[] = {10, 0, 0, 1};
static const uint8_t client_ip[] = {10, 0, 0, 7};
static const uint8_t server_ip6[] = {0xfd, [15] = 1};
static const uint8_t client_ip6[] = {0xfd, [15] = 7};

/* One datagram of an answer. */
struct answer {
	uint8_t data[4096];
	size_t size;
	/* where the last message begins */
	size_t last;
};

static void add(struct answer *answer, const void *data, size_t size)
{
	assert_true(answer->size + size <= sizeof(answer->data));
	memcpy(answer->data + answer->size, data, size);
	answer->size += size;
}

static void begin(struct answer *answer, uint16_t type)
{
	const struct nlmsghdr header = {.nlmsg_type = type};

	answer->last = answer->size;
	add(answer, &header, sizeof(header));
}

/* The last message ends here. Its length is the first of its fields. */
static void end(struct answer *answer)
{
	const uint32_t length = (uint32_t)(answer->size - answer->last);

	memcpy(answer->data + answer->last, &length, sizeof(length));
}

static void add_attribute(struct answer *answer,
			  uint16_t type,
			  const void *data,
			  uint16_t size)
{
	static const uint8_t padding[NLA_ALIGNTO];
	const struct nlattr attribute = {
		.nla_type = type,
		.nla_len = (uint16_t)(sizeof(attribute) + size),
	};

	add(answer, &attribute, sizeof(attribute));
	add(answer, data, size);
	add(answer, padding, NLA_ALIGN(size) - size);
}

static void begin_connection(struct answer *answer, int family)
{
	const bool ipv4 = family == AF_INET;
	struct inet_diag_msg found = {
		.idiag_family = (uint8_t)family,
		.id.idiag_sport = htons(SERVER_PORT),
		.id.idiag_dport = htons(CLIENT_PORT),
		/* what the kernel leaves there for IPv4 has no meaning */
		.id.idiag_src = {0, 1, 2, 3},
		.id.idiag_dst = {0, 4, 5, 6},
	};

	memcpy(found.id.idiag_src,
	       ipv4 ? server_ip : server_ip6,
	       ipv4 ? sizeof(server_ip) : sizeof(server_ip6));
	memcpy(found.id.idiag_dst,
	       ipv4 ? client_ip : client_ip6,
	       ipv4 ? sizeof(client_ip) : sizeof(client_ip6));
	begin(answer, SOCK_DIAG_BY_FAMILY);
	add(answer, &found, sizeof(found));
}

static void add_info(struct answer *answer, uint16_t size)
{
	/* newer kernels have more than this libc knows of */
	struct {
		struct tcp_info known;
		uint8_t more[64];
	} info = {.known = {.tcpi_last_data_recv = IDLE_MS}};

	assert_true(size <= sizeof(info));
	add_attribute(answer, INET_DIAG_INFO, &info, size);
}

#define INFO_SIZE sizeof(struct tcp_info)
/* tcpi_last_data_recv is the last field in these bytes. */
#define SHORTEST_INFO \
	(offsetof(struct tcp_info, tcpi_last_data_recv) + sizeof(uint32_t))

static void add_connection(struct answer *answer, int family)
{
	begin_connection(answer, family);
	add_attribute(answer, INET_DIAG_SHUTDOWN, "x", 1);
	add_info(answer, INFO_SIZE);
	end(answer);
}

static void add_end(struct answer *answer, int error)
{
	begin(answer, NLMSG_DONE);
	add(answer, &error, sizeof(error));
	end(answer);
}

/* What was visited. */
struct visits {
	size_t num;
	struct tcp_connection last;
	uint32_t idle_ms;
};

static void visit(const struct tcp_connection *connection,
		  uint32_t idle_ms,
		  void *private_data)
{
	struct visits *visits = private_data;

	visits->num += 1;
	visits->last = *connection;
	visits->idle_ms = idle_ms;
}

/* From the end of a mapping of its own size, so valgrind and the sanitizer see
 * what is read behind it, and at an odd address. */
static int read_bytes(const uint8_t *data, size_t size, struct visits *visits)
{
	uint8_t *copy = malloc(size + 1);
	int state;

	assert_non_null(copy);
	memcpy(copy + 1, data, size);
	state = tcp_dump_read(copy + 1, size, visit, visits);
	free(copy);
	return state;
}

static int read_answer(const struct answer *answer, struct visits *visits)
{
	return read_bytes(answer->data, answer->size, visits);
}

static void test_connections_are_read(void **state)
{
	static const struct {
		int family;
		const char *server;
		const char *client;
	} cases[] = {
		{AF_INET, "ipv4:10.0.0.1:445", "ipv4:10.0.0.7:49152"},
		{AF_INET6, "ipv6:fd00::1:445", "ipv6:fd00::7:49152"},
	};

	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct answer answer = {.size = 0};
		struct visits visits = {.num = 0};
		struct tcp_connection expected;

		add_connection(&answer, cases[i].family);
		assert_int_equal(read_answer(&answer, &visits), TCP_DUMP_MORE);
		assert_true(tcp_connection_parse(cases[i].server,
						 cases[i].client,
						 &expected));
		assert_int_equal(visits.num, 1);
		assert_int_equal(visits.idle_ms, IDLE_MS);
		assert_int_equal(visits.last.family, expected.family);
		assert_int_equal(tcp_connection_compare(&visits.last,
							&expected),
				 0);
	}
}

static void test_several_messages_and_the_end(void **state)
{
	struct answer answer = {.size = 0};
	struct visits visits = {.num = 0};

	(void)state;

	add_connection(&answer, AF_INET);
	add_connection(&answer, AF_INET6);
	add_end(&answer, 0);
	assert_int_equal(read_answer(&answer, &visits), 0);
	assert_int_equal(visits.num, 2);
}

static void test_infos_of_other_kernels(void **state)
{
	static const size_t sizes[] = {
		SHORTEST_INFO,
		INFO_SIZE,
		INFO_SIZE + 64,
	};

	(void)state;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct answer answer = {.size = 0};
		struct visits visits = {.num = 0};

		begin_connection(&answer, AF_INET);
		add_info(&answer, (uint16_t)sizes[i]);
		end(&answer);
		assert_int_equal(read_answer(&answer, &visits), TCP_DUMP_MORE);
		assert_int_equal(visits.idle_ms, IDLE_MS);
	}
}

/* Each makes an answer that is refused. */
static void add_error(struct answer *answer, int code)
{
	const struct nlmsgerr error = {.error = code};

	begin(answer, NLMSG_ERROR);
	add(answer, &error, sizeof(error));
	end(answer);
}

static void make_error(struct answer *answer)
{
	add_error(answer, -ENOENT);
}

static void make_refusal_without_error(struct answer *answer)
{
	add_error(answer, 0);
}

static void make_lowest_error(struct answer *answer)
{
	add_error(answer, INT_MIN);
}

static void make_overrun(struct answer *answer)
{
	begin(answer, NLMSG_OVERRUN);
	end(answer);
}

static void make_end_with_error(struct answer *answer)
{
	add_end(answer, -ENOMEM);
}

static void make_end_without_code(struct answer *answer)
{
	begin(answer, NLMSG_DONE);
	end(answer);
}

static void set_flags(struct answer *answer, uint16_t flags)
{
	memcpy(answer->data + answer->last +
		       offsetof(struct nlmsghdr, nlmsg_flags),
	       &flags,
	       sizeof(flags));
}

static void make_interrupted(struct answer *answer)
{
	add_connection(answer, AF_INET);
	set_flags(answer, NLM_F_MULTI | NLM_F_DUMP_INTR);
}

static void make_interrupted_end(struct answer *answer)
{
	add_end(answer, 0);
	set_flags(answer, NLM_F_MULTI | NLM_F_DUMP_INTR);
}

static void make_no_info(struct answer *answer)
{
	begin_connection(answer, AF_INET);
	add_attribute(answer, INET_DIAG_SHUTDOWN, "x", 1);
	end(answer);
}

static void make_short_info(struct answer *answer)
{
	begin_connection(answer, AF_INET);
	add_info(answer, SHORTEST_INFO - 1);
	end(answer);
}

/* A short one is not continued in what follows it. */
static void make_short_info_before_another(struct answer *answer)
{
	begin_connection(answer, AF_INET);
	add_info(answer, SHORTEST_INFO - 4);
	add_attribute(answer, INET_DIAG_SHUTDOWN, "1234", 4);
	end(answer);
}

static void make_length(struct answer *answer, uint32_t length)
{
	add_connection(answer, AF_INET);
	memcpy(answer->data + answer->last, &length, sizeof(length));
}

static void make_length_0(struct answer *answer)
{
	make_length(answer, 0);
}

static void make_length_below_header(struct answer *answer)
{
	make_length(answer, sizeof(struct nlmsghdr) - 1);
}

static void make_length_beyond_end(struct answer *answer)
{
	add_connection(answer, AF_INET);
	make_length(answer, (uint32_t)(answer->size - answer->last) + 1);
}

static void make_length_max(struct answer *answer)
{
	make_length(answer, UINT32_MAX);
}

static void set_first_attribute_length(struct answer *answer, uint16_t length)
{
	memcpy(answer->data + answer->last + sizeof(struct nlmsghdr) +
		       sizeof(struct inet_diag_msg),
	       &length,
	       sizeof(length));
}

static void make_attribute_length(struct answer *answer, uint16_t length)
{
	begin_connection(answer, AF_INET);
	add_attribute(answer, INET_DIAG_SHUTDOWN, "1234", 4);
	add_info(answer, INFO_SIZE);
	end(answer);
	set_first_attribute_length(answer, length);
}

static void make_attribute_length_0(struct answer *answer)
{
	make_attribute_length(answer, 0);
}

static void make_attribute_length_3(struct answer *answer)
{
	make_attribute_length(answer, 3);
}

static void make_attribute_length_max(struct answer *answer)
{
	make_attribute_length(answer, UINT16_MAX);
}

static void make_info_beyond_end(struct answer *answer)
{
	begin_connection(answer, AF_INET);
	add_info(answer, INFO_SIZE);
	end(answer);
	set_first_attribute_length(answer,
				   sizeof(struct nlattr) + INFO_SIZE + 1);
}

static void make_short_end(struct answer *answer)
{
	add_connection(answer, AF_INET);
	add(answer, "1234", 4);
}

static const struct refused_case {
	const char *name;
	void (*make)(struct answer *answer);
	int error;
} refused_cases[] = {
	{"an error", make_error, ENOENT},
	{"messages were lost", make_overrun, EPROTO},
	{"a refusal without an error", make_refusal_without_error, EPROTO},
	{"an error that does not exist", make_lowest_error, EPROTO},
	{"an error at the end", make_end_with_error, ENOMEM},
	{"an end without its code", make_end_without_code, EPROTO},
	{"interrupted dump", make_interrupted, EINTR},
	{"interrupted dump, at its end", make_interrupted_end, EINTR},
	{"no tcp_info", make_no_info, EPROTO},
	{"tcp_info that is too short", make_short_info, EPROTO},
	{"short tcp_info before another attribute",
	 make_short_info_before_another,
	 EPROTO},
	{"length 0", make_length_0, EPROTO},
	{"length below that of a header", make_length_below_header, EPROTO},
	{"length beyond the end", make_length_beyond_end, EPROTO},
	{"longest length", make_length_max, EPROTO},
	{"attribute of length 0", make_attribute_length_0, EPROTO},
	{"attribute of length 3", make_attribute_length_3, EPROTO},
	{"attribute beyond the end", make_attribute_length_max, EPROTO},
	{"tcp_info beyond the end", make_info_beyond_end, EPROTO},
	{"part of a header at the end", make_short_end, EPROTO},
};

static void test_refused(void **state)
{
	const struct refused_case *c = *state;
	struct answer answer = {.size = 0};
	struct visits visits = {.num = 0};

	c->make(&answer);
	assert_int_equal(read_answer(&answer, &visits), c->error);
}

static void test_answer_that_is_cut_anywhere_is_refused(void **state)
{
	struct answer answer = {.size = 0};
	size_t first;

	(void)state;

	add_connection(&answer, AF_INET);
	first = answer.size;
	add_end(&answer, 0);
	for (size_t size = 1; size < answer.size; size++) {
		struct visits visits = {.num = 0};

		if (size == first) {
			continue;
		}
		assert_int_equal(read_bytes(answer.data, size, &visits),
				 EPROTO);
	}
}

static const struct parse_case {
	const char *name;
	const char *local;
	const char *remote;
	/* 0: refused */
	int family;
} parse_cases[] = {
	{"IPv4", "ipv4:10.0.0.1:445", "ipv4:10.0.0.7:49152", AF_INET},
	{"IPv6", "ipv6:fd00::1:445", "ipv6:fd00::7:49152", AF_INET6},
	{"IPv4 on an IPv6 socket",
	 "ipv6:::ffff:10.0.0.1:445",
	 "ipv6:::ffff:10.0.0.7:49152",
	 AF_INET6},
	{"highest port", "ipv4:10.0.0.1:445", "ipv4:10.0.0.7:65535", AF_INET},
	{"port 0", "ipv4:10.0.0.1:445", "ipv4:10.0.0.7:0", 0},
	{"port too high", "ipv4:10.0.0.1:445", "ipv4:10.0.0.7:65536", 0},
	{"negative port", "ipv4:10.0.0.1:445", "ipv4:10.0.0.7:-1", 0},
	{"no port", "ipv4:10.0.0.1:445", "ipv4:10.0.0.7:", 0},
	{"text behind the port", "ipv4:10.0.0.1:445x", "ipv4:10.0.0.7:7", 0},
	{"Unix socket", "unix:/run/x", "unix:", 0},
	{"only the client's end", "unix:", "ipv4:10.0.0.7:49152", 0},
	{"empty", "", "", 0},
};

static void test_parse(void **state)
{
	const struct parse_case *c = *state;
	struct tcp_connection connection;
	const bool parsed =
		tcp_connection_parse(c->local, c->remote, &connection);

	assert_int_equal(parsed, c->family != 0);
	if (parsed) {
		assert_int_equal(connection.family, c->family);
		assert_int_equal(connection.server.port, SERVER_PORT);
	}
}

static const struct compare_case {
	const char *name;
	const char *local;
	const char *remote;
	bool same;
} compare_cases[] = {
	{"the same", "ipv4:10.0.0.1:445", "ipv4:10.0.0.7:49152", true},
	{"the same, on an IPv6 socket",
	 "ipv6:::ffff:10.0.0.1:445",
	 "ipv6:::ffff:10.0.0.7:49152",
	 true},
	{"another client", "ipv4:10.0.0.1:445", "ipv4:10.0.0.8:49152", false},
	{"another port of the client",
	 "ipv4:10.0.0.1:445",
	 "ipv4:10.0.0.7:49153",
	 false},
	{"another address of the server",
	 "ipv4:10.0.0.2:445",
	 "ipv4:10.0.0.7:49152",
	 false},
	{"another port of the server",
	 "ipv4:10.0.0.1:139",
	 "ipv4:10.0.0.7:49152",
	 false},
	{"the other direction",
	 "ipv4:10.0.0.7:49152",
	 "ipv4:10.0.0.1:445",
	 false},
};

static void test_compare(void **state)
{
	const struct compare_case *c = *state;
	struct tcp_connection a;
	struct tcp_connection b;

	assert_true(tcp_connection_parse("ipv4:10.0.0.1:445",
					 "ipv4:10.0.0.7:49152",
					 &a));
	assert_true(tcp_connection_parse(c->local, c->remote, &b));
	assert_int_equal(tcp_connection_compare(&a, &b) == 0, c->same);
	/* an order, for which the direction matters */
	assert_int_equal(tcp_connection_compare(&a, &b) < 0,
			 tcp_connection_compare(&b, &a) > 0);
}

/* Of all states, those in which smbd may still serve the client. */
static void test_request(void **state)
{
	const struct tcp_dump_request request =
		tcp_dump_request(AF_INET6, SERVER_PORT);

	(void)state;

	assert_int_equal(request.header.nlmsg_len, sizeof(request));
	assert_int_equal(request.header.nlmsg_flags,
			 NLM_F_REQUEST | NLM_F_DUMP);
	assert_int_equal(request.body.sdiag_family, AF_INET6);
	assert_int_equal(request.body.sdiag_protocol, IPPROTO_TCP);
	assert_int_equal(request.body.idiag_states,
			 1 << TCP_ESTABLISHED | 1 << TCP_CLOSE_WAIT);
	assert_int_equal(request.body.id.idiag_sport, htons(SERVER_PORT));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_connections_are_read),
	cmocka_unit_test(test_several_messages_and_the_end),
	cmocka_unit_test(test_infos_of_other_kernels),
	cmocka_unit_test(test_answer_that_is_cut_anywhere_is_refused),
	cmocka_unit_test(test_request),
};

int main(void)
{
	static struct table table;

	TABLE_ADD(&table, refused_cases, test_refused);
	TABLE_ADD(&table, parse_cases, test_parse);
	TABLE_ADD(&table, compare_cases, test_compare);
	TABLE_ADD_TESTS(&table, tests);
	return table_run(&table, "tcp_dump");
}
