/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The share modes of a file: locked, but never waited for. */

#ifndef SESSIONDEL_SHARE_LOCK_H
#define SESSIONDEL_SHARE_LOCK_H

#include "source/common/samba_types.h"

#include "libcli/util/ntstatus.h"
#include "librpc/gen_ndr/file_id.h"

struct share_mode_lock;

/*
 * Samba waits an hour for this lock. Whoever stands in front of its
 * g_lock_lock() does not wait at all while this is set, and says in it whether
 * the lock was refused.
 */
struct share_lock_limit {
	bool set;
	bool refused;
};

/**
 * Lock the share modes of a file.
 *
 * @param[in,out] limit  Heeded by who stands in front of g_lock_lock().
 * @param[in]     file   The file.
 * @param[out]    lock   To be freed; NULL where nobody has the file open.
 *
 * @return NT_STATUS_IO_TIMEOUT when another process has the lock now, or why
 *         it cannot be had.
 */
NTSTATUS share_lock_try(struct share_lock_limit *limit,
			struct file_id file,
			struct share_mode_lock **lock);

/**
 * Wake those who wait for something of the file to change.
 *
 * @return As share_lock_try().
 */
NTSTATUS share_lock_wake(struct share_lock_limit *limit, struct file_id file);

#endif
