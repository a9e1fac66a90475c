/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A child process of the worker, and a link to it. */

#include "child.h"

#include <dirent.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
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
		child->process = (int)syscall(SYS_pidfd_open, child->pid, 0);
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
	(void)syscall(SYS_pidfd_send_signal, child->process, SIGKILL, NULL, 0);
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

/* It ends with the worker, and on SIGTERM like any process. */
static void prepare_signals(pid_t worker)
{
	sigset_t none;

	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGHUP, SIG_DFL);
	sigemptyset(&none);
	(void)pthread_sigmask(SIG_SETMASK, &none, NULL);

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != worker) {
		_exit(1);
	}
}

static bool has_name(const struct sockaddr_storage *name, socklen_t len)
{
	return name->ss_family != AF_UNIX || len > sizeof(sa_family_t);
}

/*
 * Is it a connection of a client of the worker, or waits for such? Or a link to
 * another child, which would not see the worker's end? The worker's connection
 * to CTDB has no name at this end, but one at the other.
 */
static bool is_workers_only(int fd)
{
	struct sockaddr_storage name = {.ss_family = AF_UNSPEC};
	socklen_t name_len = sizeof(name);
	int type = 0;
	socklen_t type_len = sizeof(type);

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_len) != 0 ||
	    type != SOCK_STREAM ||
	    getsockname(fd, (struct sockaddr *)&name, &name_len) != 0) {
		return false;
	}
	if (has_name(&name, name_len)) {
		return true;
	}
	name_len = sizeof(name);
	return getpeername(fd, (struct sockaddr *)&name, &name_len) == 0 &&
	       !has_name(&name, name_len);
}

/*
 * Else a client that hangs up would not be seen by the worker, and its requests
 * might be read here. tevent drops what is closed when it is initialised again.
 */
static void close_clients_sockets(int link)
{
	DIR *fds = opendir("/proc/self/fd");
	const struct dirent *entry = NULL;

	if (fds == NULL) {
		_exit(1);
	}
	while ((entry = readdir(fds)) != NULL) {
		const int fd = (int)strtol(entry->d_name, NULL, 10);

		if (fd > STDERR_FILENO && fd != link && is_workers_only(fd)) {
			(void)close(fd);
		}
	}
	(void)closedir(fds);
}

void child_leave_worker(pid_t worker, int link)
{
	(void)prctl(PR_SET_NAME, "sessiondel");
	prepare_signals(worker);
	close_clients_sockets(link);
}
