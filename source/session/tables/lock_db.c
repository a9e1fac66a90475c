/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The databases in smbd's lock directory, opened as smbd opens them. */

#include "lock_db.h"

#include <fcntl.h>
#include <tdb.h>

#include "lib/util/debug.h"
#include "lib/util/time.h"
#include "libcli/util/error.h"
#include "source3/lib/dbwrap/dbwrap_open.h"
#include "source3/lib/util_path.h"

#include "source/common/samba_cluster.h"

#include "ctdb_traverse_timeout.h"

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
	 * Try twice: if Samba is out of memory when it reads a parameter, it
	 * uses the default, and opening fails with another error.
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

static NTSTATUS walk_db(struct db_context *db,
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

/* CTDB ends a walk after this time, and still reports success. */
static NTSTATUS walk_cluster(struct db_context *db,
			     int (*visit)(struct db_record *record,
					  void *private_data),
			     void *private_data)
{
	struct timespec start, end;
	uint32_t limit = 0;
	NTSTATUS status = ctdb_traverse_timeout_read(&limit);

	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	clock_gettime_mono(&start);
	status = walk_db(db, visit, private_data);
	clock_gettime_mono(&end);
	if (NT_STATUS_IS_OK(status) &&
	    timespec_elapsed2(&start, &end) >= limit) {
		DBG_WARNING("a search took as long as CTDB's TraverseTimeout "
			    "(%" PRIu32 " s), so it may have missed records\n",
			    limit);
		return NT_STATUS_IO_TIMEOUT;
	}
	return status;
}

NTSTATUS lock_db_walk(struct db_context *db,
		      int (*visit)(struct db_record *record,
				   void *private_data),
		      void *private_data)
{
	return lp_clustering() ? walk_cluster(db, visit, private_data)
			       : walk_db(db, visit, private_data);
}
