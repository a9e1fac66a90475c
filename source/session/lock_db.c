/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The databases that smbd keeps in its lock directory, opened as it does. */

#include "lock_db.h"

#include <fcntl.h>
#include <tdb.h>

#include "libcli/util/error.h"
#include "source3/lib/dbwrap/dbwrap_open.h"
#include "source3/lib/util_path.h"

NTSTATUS lock_db_open(TALLOC_CTX *mem_ctx,
		      const char *name,
		      int hash_size,
		      int tdb_flags,
		      mode_t mode,
		      enum dbwrap_lock_order lock_order,
		      struct db_context **db)
{
	char *path = lock_path(mem_ctx, name);

	if (path == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	/*
	 * Twice: a parameter that Samba has no memory to read just then is its
	 * default, and makes other faults of it.
	 */
	*db = NULL;
	for (int i = 0; *db == NULL && i < 2; i++) {
		*db = db_open(mem_ctx,
			      path,
			      hash_size,
			      TDB_DEFAULT | TDB_CLEAR_IF_FIRST |
				      TDB_INCOMPATIBLE_HASH | tdb_flags,
			      O_RDWR | O_CREAT,
			      mode,
			      lock_order,
			      DBWRAP_FLAG_NONE);
	}
	talloc_free(path);
	return *db != NULL ? NT_STATUS_OK
			   : map_nt_error_from_unix_common(errno);
}

NTSTATUS lock_db_walk(struct db_context *db,
		      int (*visit)(struct db_record *record,
				   void *private_data),
		      void *private_data)
{
	NTSTATUS status;

	errno = 0;
	status = dbwrap_traverse_read(db, visit, private_data, NULL);
	if (!NT_STATUS_IS_OK(status) && errno == ENOMEM) {
		return NT_STATUS_NO_MEMORY;
	}
	return status;
}
