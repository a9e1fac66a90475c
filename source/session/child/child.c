/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A child process of the worker, and a link to it. */

#include "child.h"

#include <signal.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/util/blocking.h"

/* Without SIGCHLD, whose handler could free the pid before it is held. */
static int start_and_hold(struct child *child,
			  int (*start)(int link,
				       void *private_data,
				       pid_t *pid),
			  int link,
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
	err = start(link, private_data, &child->pid);
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
		int (*start)(int link, void *private_data, pid_t *pid),
		void *private_data)
{
	int ends[2];
	int err;

	*child = (struct child){.process = -1, .link = -1};
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
		return errno;
	}
	child->link = ends[0];
	err = set_blocking(child->link, false) == -1 ? errno : 0;
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
	if (child->link != -1) {
		(void)close(child->link);
		child->link = -1;
	}
}
