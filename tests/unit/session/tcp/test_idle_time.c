/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/session/tcp/idle_time.c: with this machine's own kernel. */

#include "source/common/samba_types.h"

#include "tests/unit/table.h"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "source/session/tcp/idle_time.h"

/* Which of them a connection is, by the client's port. */
static struct tcp_connection connection_of(uint16_t client_port)
{
	return (struct tcp_connection){
		.family = AF_INET,
		.server = {.port = 445},
		.client = {.port = client_port},
	};
}

/* As two sessions on one connection do. */
static void test_all_of_a_connection_are_set(void **state)
{
	static const uint16_t ports[] = {3, 1, 2, 3, 4, 2, 3};
	struct idle_time times[ARRAY_SIZE(ports)];
	const struct tcp_connection third = connection_of(3);
	const struct tcp_connection stranger = connection_of(7);

	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(ports); i++) {
		times[i] = (struct idle_time){
			.connection = connection_of(ports[i]),
			.session = i,
		};
	}
	idle_times_sort(times, ARRAY_SIZE(ports));
	idle_times_set(times, ARRAY_SIZE(ports), &third, 42);
	idle_times_set(times, ARRAY_SIZE(ports), &stranger, 43);
	for (size_t i = 0; i < ARRAY_SIZE(ports); i++) {
		const bool wanted = ports[times[i].session] == 3;

		assert_int_equal(times[i].known, wanted);
		assert_int_equal(times[i].seconds, wanted ? 42 : 0);
	}
}

static void test_nothing(void **state)
{
	const struct tcp_connection stranger = connection_of(7);

	(void)state;

	idle_times_sort(NULL, 0);
	idle_times_set(NULL, 0, &stranger, 42);
	idle_times_read(NULL, 0);
}

/* A connection to ourselves, and both of its ends. */
struct pair {
	int server;
	int client;
	struct tcp_connection connection;
};

static struct tcp_end end_of(const struct sockaddr_in6 *address)
{
	return (struct tcp_end){.ip = address->sin6_addr,
				.port = ntohs(address->sin6_port)};
}

/* Emulators such as qemu-user do not pass these questions on to the kernel. */
static bool kernel_can_be_asked(void)
{
	const int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);

	if (fd == -1) {
		return errno != EPROTONOSUPPORT;
	}
	close(fd);
	return true;
}

/*
 * mapped: an IPv4 client of a server that listens on IPv6. smbd does not do
 * that, but a socket that it inherits may.
 */
static struct pair connect_pair(bool mapped)
{
	struct pair pair = {.connection.family = AF_INET6};
	struct sockaddr_in6 address = {.sin6_family = AF_INET6};
	struct sockaddr_in6 peer;
	struct sockaddr_in ipv4 = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	const int no = 0;
	int listener;

	if (!kernel_can_be_asked()) {
		skip();
	}
	listener = socket(AF_INET6, SOCK_STREAM, 0);
	if (listener == -1) {
		/* this machine has no IPv6 */
		skip();
	}
	address.sin6_addr = mapped ? in6addr_any : in6addr_loopback;
	assert_int_equal(setsockopt(listener,
				    IPPROTO_IPV6,
				    IPV6_V6ONLY,
				    &no,
				    sizeof(no)),
			 0);
	if (bind(listener, (struct sockaddr *)&address, len) == -1) {
		close(listener);
		skip();
	}
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener,
				     (struct sockaddr *)&address,
				     &len),
			 0);
	pair.client = socket(mapped ? AF_INET : AF_INET6, SOCK_STREAM, 0);
	ipv4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ipv4.sin_port = address.sin6_port;
	assert_int_equal(connect(pair.client,
				 mapped ? (struct sockaddr *)&ipv4
					: (struct sockaddr *)&address,
				 mapped ? sizeof(ipv4) : sizeof(address)),
			 0);
	len = sizeof(peer);
	pair.server = accept(listener, (struct sockaddr *)&peer, &len);
	assert_int_not_equal(pair.server, -1);
	assert_int_equal(getsockname(pair.server,
				     (struct sockaddr *)&address,
				     &len),
			 0);
	pair.connection.server = end_of(&address);
	pair.connection.client = end_of(&peer);
	close(listener);
	return pair;
}

static void close_pair(const struct pair *pair)
{
	close(pair->client);
	close(pair->server);
}

static bool kernel_knows(const struct pair *pair)
{
	struct idle_time time = {.connection = pair->connection};

	idle_times_read(&time, 1);
	return time.known;
}

static void test_connection_is_known_until_it_is_gone(void **state)
{
	struct pair pair = connect_pair(false);

	(void)state;

	assert_true(kernel_knows(&pair));
	close_pair(&pair);
	assert_false(kernel_knows(&pair));
}

static void test_ipv4_on_an_ipv6_socket(void **state)
{
	struct pair pair = connect_pair(true);

	(void)state;

	assert_true(IN6_IS_ADDR_V4MAPPED(&pair.connection.client.ip));
	assert_true(kernel_knows(&pair));
	close_pair(&pair);
}

/* Each is asked for. */
static void test_connections_to_several_ports(void **state)
{
	struct pair pairs[2] = {connect_pair(false), connect_pair(false)};
	struct idle_time times[2] = {
		{.connection = pairs[0].connection},
		{.connection = pairs[1].connection},
	};

	(void)state;

	idle_times_read(times, 2);
	assert_true(times[0].known && times[1].known);
	close_pair(&pairs[0]);
	close_pair(&pairs[1]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_of_a_connection_are_set),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_connection_is_known_until_it_is_gone),
		cmocka_unit_test(test_ipv4_on_an_ipv6_socket),
		cmocka_unit_test(test_connections_to_several_ports),
	};
	static struct table table;

	TABLE_ADD_TESTS(&table, tests);
	return table_run(&table, "idle_time");
}
