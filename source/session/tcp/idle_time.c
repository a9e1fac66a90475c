/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long clients have sent no data, as the kernel knows it. */

#include "source/common/samba_types.h"

#include "idle_time.h"

#include <sys/socket.h>

#include "lib/util/debug.h"

/* The most that the kernel puts into one datagram. */
#define ANSWER_MAX 32768

/*
 * 100 ms of CPU, in which the worker does nothing else. What other processes
 * take in between does not count: a busy machine must not lose its idle times.
 */
#define LIMIT_NS 100000000

#define MS_PER_SECOND 1000

static int compare_times(const void *a, const void *b)
{
	const struct idle_time *time_a = a;
	const struct idle_time *time_b = b;

	return tcp_connection_compare(&time_a->connection, &time_b->connection);
}

void idle_times_sort(struct idle_time *times, size_t num)
{
	if (num != 0) {
		qsort(times, num, sizeof(*times), compare_times);
	}
}

void idle_times_set(struct idle_time *times,
		    size_t num,
		    const struct tcp_connection *connection,
		    uint32_t seconds)
{
	size_t from = 0;

	/* the first that is not less */
	for (size_t to = num; from < to;) {
		const size_t middle = from + (to - from) / 2;

		if (tcp_connection_compare(&times[middle].connection,
					   connection) < 0) {
			from = middle + 1;
		} else {
			to = middle;
		}
	}
	for (; from < num &&
	       tcp_connection_compare(&times[from].connection, connection) == 0;
	     from++) {
		times[from].known = true;
		times[from].seconds = seconds;
	}
}

/* What is asked for, and what asks. */
struct dump {
	int fd;
	struct timespec start;
	struct idle_time *times;
	size_t num;
};

static void visit_connection(const struct tcp_connection *connection,
			     uint32_t idle_ms,
			     void *private_data)
{
	const struct dump *dump = private_data;

	idle_times_set(dump->times,
		       dump->num,
		       connection,
		       idle_ms / MS_PER_SECOND);
}

static struct timespec cpu_time(void)
{
	struct timespec now = {.tv_sec = 0};

	/* cannot fail with this clock */
	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now;
}

static bool is_late(const struct dump *dump)
{
	const struct timespec now = cpu_time();

	return nsec_time_diff(&now, &dump->start) > LIMIT_NS;
}

/* A dump is there when it was asked for, so this does not wait for it. */
static int receive_dump(struct dump *dump)
{
	uint8_t answer[ANSWER_MAX];
	int state = TCP_DUMP_MORE;

	while (state == TCP_DUMP_MORE) {
		struct sockaddr_nl from = {.nl_pid = 0};
		socklen_t from_len = sizeof(from);
		const ssize_t size = recvfrom(dump->fd,
					      answer,
					      sizeof(answer),
					      MSG_TRUNC,
					      (struct sockaddr *)&from,
					      &from_len);

		if (size < 0) {
			return errno;
		}
		if (from.nl_pid != 0 || size == 0 ||
		    (size_t)size > sizeof(answer)) {
			return EPROTO;
		}
		if (is_late(dump)) {
			return ETIMEDOUT;
		}
		state = tcp_dump_read(answer,
				      (size_t)size,
				      visit_connection,
				      dump);
	}
	return state;
}

static int read_port(struct dump *dump, int family, uint16_t port)
{
	const struct tcp_dump_request request = tcp_dump_request(family, port);

	if (send(dump->fd, &request, sizeof(request), 0) == -1) {
		return errno;
	}
	return receive_dump(dump);
}

/* The next higher of smbd's ports that have connections of this family. */
static bool next_port(const struct dump *dump, int family, uint16_t *port)
{
	uint16_t found = 0;

	for (size_t i = 0; i < dump->num; i++) {
		const struct tcp_connection *connection =
			&dump->times[i].connection;
		const uint16_t its = connection->server.port;

		if (connection->family == family && its > *port &&
		    (found == 0 || its < found)) {
			found = its;
		}
	}
	*port = found;
	return found != 0;
}

/* By port, so connections to other services do not count. */
static int read_all(struct dump *dump)
{
	static const int families[] = {AF_INET, AF_INET6};
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		uint16_t port = 0;

		while (error == 0 && next_port(dump, families[i], &port)) {
			error = read_port(dump, families[i], port);
		}
	}
	return error;
}

static int ask_kernel(struct dump *dump)
{
	int error;

	dump->fd = socket(AF_NETLINK,
			  SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
			  NETLINK_SOCK_DIAG);
	if (dump->fd == -1) {
		return errno;
	}
	error = read_all(dump);
	close(dump->fd);
	return error;
}

void idle_times_read(struct idle_time *times, size_t num)
{
	struct dump dump = {.start = cpu_time(), .times = times, .num = num};
	int error;

	if (num == 0) {
		return;
	}
	idle_times_sort(times, num);
	error = ask_kernel(&dump);
	if (error == 0) {
		return;
	}
	for (size_t i = 0; i < num; i++) {
		times[i].known = false;
	}
	DBG_INFO("the kernel does not say how long clients have been idle: "
		 "%s\n",
		 strerror(error));
}
