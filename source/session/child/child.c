/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A child process of the worker that writes to a pipe. */

#include "child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "lib/util/blocking.h"

/* Blocks SIGCHLD, whose handler could free the pid before pidfd_open(). */
static int start_and_hold(struct child *child,
			  int (*start)(int output,
				       void *private_data,
				       pid_t *pid),
			  int output,
			  void *private_data)
{
	sigset_t signals, before;
	int err;

	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	err = pthread_sigmask(SIG_BLOCK, &signals, &before);
	if (err != 0) {
		return err;
	}
	err = start(output, private_data, &child->pid);
	if (err == 0) {
		child->process = pidfd_open(child->pid, 0);
		if (child->process == -1) {
			err = errno;
			(void)kill(child->pid, SIGKILL);
		}
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

int child_start(struct child *child,
		int (*start)(int output, void *private_data, pid_t *pid),
		void *private_data)
{
	int ends[2];
	int err;

	*child = (struct child){.process = -1, .pipe = -1};
	if (pipe2(ends, O_CLOEXEC) != 0) {
		return errno;
	}
	child->pipe = ends[0];
	err = set_blocking(child->pipe, false) == -1 ? errno : 0;
	if (err == 0) {
		err = start_and_hold(child, start, ends[1], private_data);
	}
	(void)close(ends[1]);
	return err;
}

void child_kill(const struct child *child)
{
	(void)pidfd_send_signal(child->process, SIGKILL, NULL, 0);
}

void child_end(struct child *child)
{
	if (child->process != -1) {
		child_kill(child);
		(void)close(child->process);
		child->process = -1;
	}
	if (child->pipe != -1) {
		(void)close(child->pipe);
		child->pipe = -1;
	}
}
