/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The databases that smbd keeps in its lock directory, opened as it does. */

#ifndef SESSIONDEL_LOCK_DB_H
#define SESSIONDEL_LOCK_DB_H

#include "source/common/samba_types.h"

#include "lib/dbwrap/dbwrap.h"

/**
 * Open a database of the lock directory.
 *
 * Every process that shares the file must open it alike, so all that follows
 * has to be what smbd gives.
 *
 * @param[in]  mem_ctx     Owns the database.
 * @param[in]  name        The file's name.
 * @param[in]  hash_size   0 for the default.
 * @param[in]  tdb_flags   In addition to those that all of them have.
 * @param[in]  mode        Of a file that is created.
 * @param[in]  lock_order  Of its records among those of other databases.
 * @param[out] db          Valid only with NT_STATUS_OK.
 */
NTSTATUS lock_db_open(TALLOC_CTX *mem_ctx,
		      const char *name,
		      int hash_size,
		      int tdb_flags,
		      mode_t mode,
		      enum dbwrap_lock_order lock_order,
		      struct db_context **db);

/**
 * dbwrap_traverse_read() with a status that tells a want of memory from all
 * else that goes wrong in the database.
 *
 * @param[in] db            The database.
 * @param[in] visit         Gets each record; not 0 ends the walk.
 * @param[in] private_data  For visit().
 *
 * @return NT_STATUS_OK; NT_STATUS_NO_MEMORY; NT_STATUS_IO_TIMEOUT: on a
 *         cluster, there may be records that visit() was not shown; or what
 *         is wrong with the database.
 */
NTSTATUS lock_db_walk(struct db_context *db,
		      int (*visit)(struct db_record *record,
				   void *private_data),
		      void *private_data);

#endif
