/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Look up host names with the system's resolver, without blocking. */

#include "host_lookup.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include "child_lookup.h"

#define GETENT "/usr/bin/getent"

/* getent gets the worker's environment, but none of its descriptors. */
static int prepare_actions(posix_spawn_file_actions_t *actions, int output)
{
	int err = posix_spawn_file_actions_adddup2(actions,
						   output,
						   STDOUT_FILENO);

	if (err == 0) {
		err = posix_spawn_file_actions_addopen(actions,
						       STDIN_FILENO,
						       "/dev/null",
						       O_RDWR,
						       0);
	}
	if (err == 0) {
		err = posix_spawn_file_actions_adddup2(actions,
						       STDIN_FILENO,
						       STDERR_FILENO);
	}
	if (err == 0) {
		err = posix_spawn_file_actions_addclosefrom_np(actions, 3);
	}
	return err;
}

static int prepare_signals(posix_spawnattr_t *attr)
{
	sigset_t none, all;
	int err;

	sigemptyset(&none);
	sigfillset(&all);
	err = posix_spawnattr_setsigmask(attr, &none);
	if (err == 0) {
		err = posix_spawnattr_setsigdefault(attr, &all);
	}
	if (err == 0) {
		err = posix_spawnattr_setflags(attr,
					       POSIX_SPAWN_SETSIGMASK |
						       POSIX_SPAWN_SETSIGDEF);
	}
	return err;
}

static int spawn_prepared(const char *name,
			  int output,
			  posix_spawn_file_actions_t *actions,
			  posix_spawnattr_t *attr,
			  pid_t *pid)
{
	/* both families, even if this computer has only one of them */
	char *argv[] = {discard_const_p(char, GETENT),
			discard_const_p(char, "--no-addrconfig"),
			discard_const_p(char, "ahosts"),
			discard_const_p(char, "--"),
			discard_const_p(char, name),
			NULL};
	int err = prepare_actions(actions, output);

	if (err == 0) {
		err = prepare_signals(attr);
	}
	if (err == 0) {
		err = posix_spawn(pid, GETENT, actions, attr, argv, environ);
	}
	return err;
}

static int spawn_getent(int output, void *private_data, pid_t *pid)
{
	const char *name = private_data;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int err = posix_spawn_file_actions_init(&actions);

	if (err != 0) {
		return err;
	}
	err = posix_spawnattr_init(&attr);
	if (err == 0) {
		err = spawn_prepared(name, output, &actions, &attr, pid);
		(void)posix_spawnattr_destroy(&attr);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	return err;
}

struct tevent_req *host_lookup_send(TALLOC_CTX *mem_ctx,
				    struct tevent_context *ev,
				    const char *name)
{
	return child_lookup_send(mem_ctx, ev, spawn_getent, name);
}

NTSTATUS host_lookup_recv(struct tevent_req *req,
			  struct client_addresses *addresses)
{
	return child_lookup_recv(req, addresses);
}
