/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A child process of the worker, and a link to it. */

#ifndef SESSIONDEL_CHILD_H
#define SESSIONDEL_CHILD_H

#include "source/common/samba_types.h"

struct child {
	/* a pidfd: the worker's SIGCHLD handler may free the pid at any time */
	int process;
	/* a socket to it, which does not block */
	int link;
	pid_t pid;
};

/**
 * Start a child.
 *
 * @param[out] child  Both descriptors are -1 when there is none.
 * @param[in]  start  Starts it, with its end of the link, and with SIGCHLD
 *                    blocked, which the child must undo. Returns 0, or an
 *                    errno.
 * @param[in]  private_data  For start().
 *
 * @return 0, or an errno.
 */
int child_start(struct child *child,
		int (*start)(int link, void *private_data, pid_t *pid),
		void *private_data);

/**
 * Kill a child if it still lives. Never by its pid, which may be another
 * process's by now.
 *
 * @param[in] child  One that was started.
 */
void child_kill(const struct child *child);

/**
 * Kill a child if it still lives, and let go of it. The worker's SIGCHLD
 * handler collects it.
 */
void child_end(struct child *child);

/**
 * The first thing that a child does which start() has forked: it is titled
 * "sessiondel", dies with the worker, handles signals like any process, and
 * lets go of the sockets of the worker's clients. Ends the child if that fails.
 *
 * @param[in] link  The child's end of the link.
 */
void child_leave_worker(pid_t worker, int link);

#endif
