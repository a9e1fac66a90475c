/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does Samba run on this machine? */

#include "smbd_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <param.h>

/* smbd keeps a lock on the file while it runs. So a file that a killed smbd has
 * left says nothing, and a process that has its number now is no matter. */
static bool is_locked(int file)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	return fcntl(file, F_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

bool smbd_is_stopped(struct loadparm_context *lp_ctx)
{
	char **directory =
		lpcfg_parm_ptr(lp_ctx,
			       NULL,
			       lpcfg_parm_struct(lp_ctx, "pid directory"));
	char path[4096];
	int file = -1;
	bool stopped = false;

	if (directory == NULL || *directory == NULL) {
		return false;
	}
	(void)snprintf(path, sizeof(path), "%s/smbd.pid", *directory);
	file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file < 0) {
		return errno == ENOENT;
	}
	stopped = !is_locked(file);
	(void)close(file);
	return stopped;
}
