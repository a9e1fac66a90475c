/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is the smbd of a session dead? In doubt it is not. */

#include "session_owner.h"

#include <errno.h>

#include "lib/messaging/messages_dgm.h"
#include "lib/util/samba_util.h"
#include "source3/include/serverid.h"
#include "source3/lib/util_procid.h"

bool session_owner_is_remote(const struct server_id *owner)
{
	return !procid_is_local(owner);
}

/*
 * serverid_exists() also returns false if it cannot open the file that
 * distinguishes a process from an older one with the same pid.
 */
bool session_owner_died(const struct server_id *owner)
{
	const pid_t pid = (pid_t)owner->pid;
	uint64_t unique_id = 0;
	int ret;

	if (serverid_exists(owner)) {
		return false;
	}
	if (!procid_is_local(owner) || !process_exists_by_pid(pid)) {
		return true;
	}
	ret = messaging_dgm_get_unique(pid, &unique_id);
	if (ret != 0) {
		return ret == ENOENT;
	}
	return unique_id != owner->unique_id;
}
