/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A library that is preloaded into a worker, where it spoils what the kernel
 * answers to questions about connections (NETLINK_SOCK_DIAG).
 */

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "preload.h"

/* In the order of KernelAnswers.FAULTS, then SLOW. */
enum fault {
	NONE,
	/* as RestrictAddressFamilies= does */
	FORBIDDEN,
	/* as AppArmor does */
	DENIED,
	NOT_SENT,
	/* the answer did not fit into the socket's buffer */
	NO_BUFFERS,
	NO_ANSWER,
	EMPTY,
	CUT,
	TOO_LONG,
	INTERRUPTED,
	/* another process sends it */
	FORGED,
	/* the same part again and again */
	ENDLESS,
	/* no fault: other processes have the processors for a while */
	SLOW,
};

/* Memory shared with the test, which sets fault. */
struct orders {
	uint64_t fault;
	/* how many sockets were made */
	uint64_t sockets;
	/* the ports of the last questions, 16 bits each */
	uint64_t ports;
};

static struct orders *orders;
/* of the last question, -1 if there was none */
static int diag_socket = -1;

__attribute__((constructor)) static void start(void)
{
	orders = preload_orders(sizeof(*orders));
}

static uint64_t fault(void)
{
	return orders != NULL ? orders->fault : NONE;
}

static ssize_t fail(int error)
{
	errno = error;
	return -1;
}

int socket(int family, int type, int protocol)
{
	int (*real)(int, int, int) =
		(int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
	const bool diag = family == AF_NETLINK && protocol == NETLINK_SOCK_DIAG;
	int made;

	if (diag && fault() == FORBIDDEN) {
		return (int)fail(EAFNOSUPPORT);
	}
	if (diag && fault() == DENIED) {
		return (int)fail(EACCES);
	}
	made = real(family, type, protocol);
	if (diag && orders != NULL) {
		orders->sockets += 1;
	}
	if (diag) {
		diag_socket = made;
	} else if (made == diag_socket) {
		diag_socket = -1;
	}
	return made;
}

static uint16_t port_of(const uint8_t *question)
{
	struct inet_diag_req_v2 body;

	memcpy(&body, question + NLMSG_HDRLEN, sizeof(body));
	return ntohs(body.id.idiag_sport);
}

ssize_t send(int fd, const void *data, size_t size, int flags)
{
	ssize_t (*real)(int, const void *, size_t, int) =
		(ssize_t(*)(int, const void *, size_t, int))dlsym(RTLD_NEXT,
								  "send");

	if (fd == diag_socket && fault() == NOT_SENT) {
		return fail(ECONNREFUSED);
	}
	if (fd == diag_socket && orders != NULL) {
		orders->ports = orders->ports << 16 | port_of(data);
	}
	return real(fd, data, size, flags);
}

static ssize_t spoil(uint8_t *data, ssize_t size, struct sockaddr_nl *from)
{
	static uint8_t first[32768];
	static ssize_t first_size;
	const uint16_t interrupted = NLM_F_MULTI | NLM_F_DUMP_INTR;

	switch (fault()) {
	case NO_BUFFERS:
		return fail(ENOBUFS);
	case NO_ANSWER:
		return fail(EAGAIN);
	case EMPTY:
		return 0;
	case CUT:
		return size - 1;
	case TOO_LONG:
		return 1 << 20;
	case INTERRUPTED:
		memcpy(data + offsetof(struct nlmsghdr, nlmsg_flags),
		       &interrupted,
		       sizeof(interrupted));
		return size;
	case FORGED:
		from->nl_pid = 1;
		return size;
	case SLOW:
		/* longer than the limit, but no CPU */
		(void)nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
		return size;
	case ENDLESS:
		if (first_size == 0) {
			memcpy(first, data, (size_t)size);
			first_size = size;
		}
		memcpy(data, first, (size_t)first_size);
		return first_size;
	default:
		return size;
	}
}

ssize_t recvfrom(int fd,
		 void *data,
		 size_t size,
		 int flags,
		 struct sockaddr *from,
		 socklen_t *from_len)
{
	ssize_t (*real)(int,
			void *,
			size_t,
			int,
			struct sockaddr *,
			socklen_t *) =
		(ssize_t(*)(int,
			    void *,
			    size_t,
			    int,
			    struct sockaddr *,
			    socklen_t *))dlsym(RTLD_NEXT, "recvfrom");
	ssize_t received = real(fd, data, size, flags, from, from_len);

	if (fd != diag_socket) {
		return received;
	}
	/* at the end of a dump, more is asked for only if it is endless */
	return received > 0 || fault() == ENDLESS
		       ? spoil(data, received, (struct sockaddr_nl *)from)
		       : received;
}
