/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The databases in smbd's lock directory, opened as smbd opens them. */

#ifndef SESSIONDEL_LOCK_DB_H
#define SESSIONDEL_LOCK_DB_H

#include "source/common/samba_types.h"

#include "lib/dbwrap/dbwrap.h"

/**
 * Open a database of the lock directory.
 *
 * All processes that share the file must open it in the same way, so pass
 * what smbd passes.
 *
 * @param[in]  mem_ctx     Owns the database.
 * @param[in]  name        The file's name.
 * @param[in]  hash_size   0 for the default.
 * @param[in]  tdb_flags   In addition to those that all these databases have.
 * @param[in]  mode        Permissions of the file if it is created.
 * @param[in]  lock_order  Its place in the order in which records of several
 *                         databases are locked.
 * @param[out] db          Valid only with NT_STATUS_OK.
 *
 * @return NT_STATUS_NO_MEMORY, or why the file cannot be opened.
 */
NTSTATUS lock_db_open(TALLOC_CTX *mem_ctx,
		      const char *name,
		      int hash_size,
		      int tdb_flags,
		      mode_t mode,
		      enum dbwrap_lock_order lock_order,
		      struct db_context **db);

/**
 * Like dbwrap_traverse_read(), but with a status that distinguishes lack of
 * memory and missed records from other errors.
 *
 * @param[in] db            The database.
 * @param[in] visit         Called with each record. Anything but 0 ends the
 *                          walk, except on a cluster.
 * @param[in] private_data  For visit().
 *
 * @return NT_STATUS_NO_MEMORY; NT_STATUS_IO_TIMEOUT if, on a cluster, visit()
 *         may not have got all records; or the database's error.
 */
NTSTATUS lock_db_walk(struct db_context *db,
		      int (*visit)(struct db_record *record,
				   void *private_data),
		      void *private_data);

#endif
