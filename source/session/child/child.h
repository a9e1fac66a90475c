/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A child process of the worker that writes to a pipe. */

#ifndef SESSIONDEL_CHILD_H
#define SESSIONDEL_CHILD_H

#include "source/common/samba_types.h"

struct child {
	/* a pidfd: the worker's SIGCHLD handler can free the pid at any time */
	int process;
	/* the end to read from, non-blocking */
	int pipe;
	pid_t pid;
};

/**
 * Start a child.
 *
 * @param[out] child         Needs child_end(), also after an error.
 * @param[in]  start         Starts the process, which writes to output. SIGCHLD
 *                           is blocked, and the child must unblock it. Returns
 *                           0, or an errno.
 * @param[in]  private_data  For start().
 *
 * @return 0, or an errno.
 */
int child_start(struct child *child,
		int (*start)(int output, void *private_data, pid_t *pid),
		void *private_data);

/**
 * Kill a child if it is still alive. Uses the pidfd, because the pid may belong
 * to another process by now.
 *
 * @param[in] child  One that was started.
 */
void child_kill(const struct child *child);

/**
 * Kill a child if it is still alive, and close its descriptors. The worker's
 * SIGCHLD handler reaps it.
 */
void child_end(struct child *child);

#endif
