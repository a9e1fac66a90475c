/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smbd's table of opens: walk it, look one up, delete one. */

#ifndef SESSIONDEL_OPEN_TABLE_H
#define SESSIONDEL_OPEN_TABLE_H

#include "source/common/samba_types.h"
#include <talloc.h>

#include "libcli/util/ntstatus.h"
#include "librpc/gen_ndr/file_id.h"
#include "source/common/samba_records.h"

struct open_table;

/* Gets a decoded record, which lives for that call only. */
typedef NTSTATUS (*open_table_visit)(const struct smbXsrv_open_global *open,
				     void *private_data);

/**
 * Open smbXsrv_open_global.tdb the way smbd does.
 *
 * @param[in]  mem_ctx  Owns the table.
 * @param[out] table    Valid only with NT_STATUS_OK.
 */
NTSTATUS open_table_open(TALLOC_CTX *mem_ctx, struct open_table **table);

/**
 * Show every open of the table to visit().
 *
 * @param[in] table  The open table.
 * @param[in] visit  A status other than OK ends the walk.
 * @param[in] private_data  For visit().
 *
 * @return What visit() ended the walk with; NT_STATUS_NO_MEMORY;
 *         NT_STATUS_REVISION_MISMATCH when this Samba's records are of another
 *         layout; or why the table cannot be read.
 */
NTSTATUS open_table_walk(const struct open_table *table,
			 open_table_visit visit,
			 void *private_data);

/**
 * Show one open to visit(). Nothing is locked.
 *
 * @param[in] global_id  Its id.
 *
 * @return As open_table_walk(); NT_STATUS_NOT_FOUND when there is none.
 */
NTSTATUS open_table_lookup(const struct open_table *table,
			   uint32_t global_id,
			   open_table_visit visit,
			   void *private_data);

/**
 * Delete an open, so that nobody can reclaim it, if may_delete() says so of
 * the record, which is locked then.
 *
 * @return NT_STATUS_OK, deleted or not; else as open_table_lookup().
 */
NTSTATUS open_table_delete(
	const struct open_table *table,
	uint32_t global_id,
	bool (*may_delete)(const struct smbXsrv_open_global *open,
			   void *private_data),
	void *private_data);

/**
 * The file of a durable open.
 *
 * @return false when it cannot be told: the open is not smbd's own but a VFS
 *         module's.
 */
bool open_table_file(const struct smbXsrv_open_global *open,
		     struct file_id *file);

#endif
