/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Remove what a disconnected open still holds on its file. */

#ifndef SESSIONDEL_OPEN_CLEANUP_H
#define SESSIONDEL_OPEN_CLEANUP_H

#include "source/common/samba_types.h"

#include "librpc/gen_ndr/file_id.h"
#include "librpc/gen_ndr/server_id.h"

struct db_context;
struct share_lock_limit;

/**
 * Open brlock.tdb, which has the byte-range locks of all files.
 *
 * @param[in]  mem_ctx  Owns the database.
 * @param[out] db       Valid only with NT_STATUS_OK.
 *
 * @return What lock_db_open() returns.
 */
NTSTATUS open_cleanup_locks_db(TALLOC_CTX *mem_ctx, struct db_context **db);

/* Identifies an open among those of its file. */
struct file_open {
	uint64_t persistent_id;
	/* the smbd that had it, and when it was opened */
	struct server_id owner;
	NTTIME open_time;
};

/**
 * Remove the share mode, lease and byte-range locks of a disconnected open from
 * its file, and wake the processes that wait for them. Other opens keep theirs,
 * even if they are disconnected.
 *
 * Samba's scavenger does the same when a durable open has timed out, but only
 * if nobody else has the file open.
 *
 * After an error this can be called again, and does what is left.
 *
 * @param[in]     locks  From open_cleanup_locks_db().
 * @param[in,out] limit  See share_lock_try().
 * @param[in]     file   The file.
 * @param[in]     open   The open.
 *
 * @return NT_STATUS_IO_TIMEOUT if another process has the share modes of the
 *         file locked; NT_STATUS_NO_MEMORY; or why a database could not be
 *         changed.
 */
NTSTATUS open_cleanup(struct db_context *locks,
		      struct share_lock_limit *limit,
		      struct file_id file,
		      const struct file_open *open);

#endif
