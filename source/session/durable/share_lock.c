/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lock the share modes of a file without waiting. */

#include "share_lock.h"

#include "source3/include/locking.h"
#include "source3/locking/share_mode_lock.h"

static void set_limit(struct share_lock_limit *limit)
{
	*limit = (struct share_lock_limit){.set = true};
}

static NTSTATUS clear_limit(struct share_lock_limit *limit, NTSTATUS status)
{
	limit->set = false;
	return limit->refused ? NT_STATUS_IO_TIMEOUT : status;
}

NTSTATUS share_lock_wake(struct share_lock_limit *limit, struct file_id file)
{
	NTSTATUS status;

	set_limit(limit);
	status = clear_limit(limit, share_mode_wakeup_waiters(file));
	/* nobody has the file open */
	if (NT_STATUS_EQUAL(status, NT_STATUS_NOT_FOUND)) {
		return NT_STATUS_OK;
	}
	return status;
}

NTSTATUS share_lock_try(struct share_lock_limit *limit,
			struct file_id file,
			struct share_mode_lock **lock)
{
	/*
	 * This takes the lock for a moment, and so shows whether it is free. If
	 * it is not, get_existing_share_mode_lock() of 4.17 logs two errors.
	 */
	NTSTATUS status = share_lock_wake(limit, file);

	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	set_limit(limit);
	*lock = get_existing_share_mode_lock(NULL, file);
	return clear_limit(limit, NT_STATUS_OK);
}
