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

#endif
