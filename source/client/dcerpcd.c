/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts samba-dcerpcd, as smbd does when the first client needs it. */

#include "dcerpcd.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <unistd.h>

#include <param.h>

#include "deadline.h"

static char program[] = SAMBA_LIBEXECDIR "/samba-dcerpcd";
/* The descriptor that it writes to when it is ready. */
#define READY 3

extern char **environ;

static bool may_start_on_demand(struct loadparm_context *lp_ctx)
{
	bool *on_demand = lpcfg_parm_ptr(
		lp_ctx,
		NULL,
		lpcfg_parm_struct(lp_ctx, "rpc start on demand helpers"));

	return on_demand != NULL && *on_demand;
}

/* It outlives this program. So it gets a session of its own, and none of our
 * standard streams: their readers would wait until samba-dcerpcd ends. */
static bool spawn_dcerpcd(const char *configfile, int ready)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	char option[4096];
	char *const arguments[] = {
		program,
		"--libexec-rpcds",
		"--ready-signal-fd=3",
		"--np-helper",
		configfile != NULL ? option : NULL,
		NULL,
	};
	pid_t pid = 0;
	bool ok = false;

	(void)snprintf(option, sizeof(option), "--configfile=%s", configfile);
	if (posix_spawn_file_actions_init(&files) != 0) {
		return false;
	}
	if (posix_spawnattr_init(&attributes) != 0) {
		(void)posix_spawn_file_actions_destroy(&files);
		return false;
	}
	ok = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID) == 0 &&
	     posix_spawn_file_actions_adddup2(&files, ready, READY) == 0 &&
	     posix_spawn_file_actions_addopen(&files,
					      0,
					      "/dev/null",
					      O_RDONLY,
					      0) == 0 &&
	     posix_spawn_file_actions_addopen(&files,
					      1,
					      "/dev/null",
					      O_WRONLY,
					      0) == 0 &&
	     posix_spawn_file_actions_adddup2(&files, 1, 2) == 0 &&
	     posix_spawn(&pid,
			 program,
			 &files,
			 &attributes,
			 arguments,
			 environ) == 0;
	(void)posix_spawn_file_actions_destroy(&files);
	(void)posix_spawnattr_destroy(&attributes);
	return ok;
}

static bool wait_until_ready(int ready, struct timeval time)
{
	struct pollfd wait = {.fd = ready, .events = POLLIN};
	int milliseconds = (int)(time.tv_sec * 1000 + time.tv_usec / 1000);
	char byte = 0;

	return poll(&wait, 1, milliseconds) == 1 && read(ready, &byte, 1) == 1;
}

bool dcerpcd_start(struct smbsession_context *context)
{
	int ends[2];
	bool ok = false;

	if (!may_start_on_demand(context->lp_ctx) ||
	    pipe2(ends, O_CLOEXEC) != 0) {
		return false;
	}
	ok = spawn_dcerpcd(context->configfile, ends[1]);
	(void)close(ends[1]);
	ok = ok && wait_until_ready(ends[0], deadline_left(context->deadline));
	(void)close(ends[0]);
	return ok;
}
