/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lock the share modes of a file without waiting. */

#ifndef SESSIONDEL_SHARE_LOCK_H
#define SESSIONDEL_SHARE_LOCK_H

#include "source/common/samba_types.h"

#include "libcli/util/ntstatus.h"
#include "librpc/gen_ndr/file_id.h"

struct share_mode_lock;

/*
 * Samba waits up to an hour for this lock. While set is true, the replacement
 * of its g_lock_lock() must not wait. It sets refused if the lock is not free.
 */
struct share_lock_limit {
	bool set;
	bool refused;
};

/**
 * Lock the share modes of a file.
 *
 * @param[in,out] limit  The one that the replacement of g_lock_lock() reads.
 * @param[in]     file   The file.
 * @param[out]    lock   Free it to unlock; NULL if nobody has the file open.
 *
 * @return NT_STATUS_IO_TIMEOUT if another process has the lock, or why it
 *         cannot be taken.
 */
NTSTATUS share_lock_try(struct share_lock_limit *limit,
			struct file_id file,
			struct share_mode_lock **lock);

/**
 * Wake the processes that wait for a change of the file's share modes.
 *
 * @return As share_lock_try().
 */
NTSTATUS share_lock_wake(struct share_lock_limit *limit, struct file_id file);

#endif
