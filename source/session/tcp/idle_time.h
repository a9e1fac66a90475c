/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long clients have sent no data, as the kernel knows it. */

#ifndef SESSIONDEL_IDLE_TIME_H
#define SESSIONDEL_IDLE_TIME_H

#include "tcp_dump.h"

struct idle_time {
	/* on this node */
	struct tcp_connection connection;
	/* the caller's: which session this is a channel of */
	size_t session;
	/* does the kernel have this connection? then, since its last data */
	bool known;
	uint32_t seconds;
};

/**
 * Sort idle times for idle_times_set().
 */
void idle_times_sort(struct idle_time *times, size_t num);

/**
 * Set the idle time of all sessions on a connection.
 *
 * @param[in,out] times  Sorted by idle_times_sort().
 */
void idle_times_set(struct idle_time *times,
		    size_t num,
		    const struct tcp_connection *connection,
		    uint32_t seconds);

/**
 * Ask the kernel. If it cannot say all, none are known, and the log says why.
 *
 * @param[in,out] times  Gets sorted, and what the kernel knows.
 */
void idle_times_read(struct idle_time *times, size_t num);

#endif
