/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts samba-dcerpcd, as smbd does when the first client needs it. */

#include "dcerpcd.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include <param.h>

#include "deadline.h"
#include "program.h"
#include "smbd_state.h"

static char program[] = SAMBA_LIBEXECDIR "/samba-dcerpcd";
/* The descriptor that it writes to when it is ready. */
#define READY 3

static bool may_start_on_demand(struct loadparm_context *lp_ctx)
{
	bool *on_demand = lpcfg_parm_ptr(
		lp_ctx,
		NULL,
		lpcfg_parm_struct(lp_ctx, "rpc start on demand helpers"));

	return on_demand != NULL && *on_demand;
}

/* It outlives this program. So it gets none of our standard streams: their
 * readers would wait until samba-dcerpcd ends. */
static bool spawn_dcerpcd(const char *configfile, int ready)
{
	char option[4096];
	char *const arguments[] = {
		program,
		"--libexec-rpcds",
		"--ready-signal-fd=3",
		"--np-helper",
		configfile != NULL ? option : NULL,
		NULL,
	};

	(void)snprintf(option, sizeof(option), "--configfile=%s", configfile);
	return program_start(arguments, ready, READY) > 0;
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

	if (smbd_is_stopped(context->lp_ctx) ||
	    !may_start_on_demand(context->lp_ctx) ||
	    pipe2(ends, O_CLOEXEC) != 0) {
		return false;
	}
	ok = spawn_dcerpcd(context->configfile, ends[1]);
	(void)close(ends[1]);
	ok = ok && wait_until_ready(ends[0], deadline_left(context->deadline));
	(void)close(ends[0]);
	return ok;
}
