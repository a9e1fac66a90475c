/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smbd's table of opens: walk it, look up or delete an open. */

#ifndef SESSIONDEL_OPEN_TABLE_H
#define SESSIONDEL_OPEN_TABLE_H

#include "source/common/samba_types.h"
#include <talloc.h>

#include "libcli/util/ntstatus.h"
#include "librpc/gen_ndr/file_id.h"
#include "source/common/samba_records.h"

struct open_table;

/* Gets a decoded record, which is valid during the call only. */
typedef NTSTATUS (*open_table_visit)(const struct smbXsrv_open_global *open,
				     void *private_data);

/**
 * Open smbXsrv_open_global.tdb as smbd does.
 *
 * @param[in]  mem_ctx  Owns the table.
 * @param[out] table    Valid only with NT_STATUS_OK.
 *
 * @return NT_STATUS_NO_MEMORY, or why the file cannot be opened.
 */
NTSTATUS open_table_open(TALLOC_CTX *mem_ctx, struct open_table **table);

/**
 * Call visit() with each open in the table.
 *
 * @param[in] table         From open_table_open().
 * @param[in] visit         A status other than NT_STATUS_OK ends the walk.
 * @param[in] private_data  For visit().
 *
 * @return What visit() ended the walk with; NT_STATUS_NO_MEMORY;
 *         NT_STATUS_REVISION_MISMATCH if this Samba's records have another
 *         layout than those the module was built for; or why the table cannot
 *         be read.
 */
NTSTATUS open_table_walk(const struct open_table *table,
			 open_table_visit visit,
			 void *private_data);

/**
 * Call visit() with one open, whose record is not locked.
 *
 * @param[in] global_id  The open's id.
 *
 * @return As open_table_walk(); NT_STATUS_NOT_FOUND if there is no such open.
 */
NTSTATUS open_table_lookup(const struct open_table *table,
			   uint32_t global_id,
			   open_table_visit visit,
			   void *private_data);

/**
 * Delete an open, so that nobody can reclaim it.
 *
 * @param[in] global_id   The open's id.
 * @param[in] may_delete  Called with the open while its record is locked. The
 *                        open is deleted if this returns true.
 *
 * @return NT_STATUS_OK, deleted or not; otherwise as open_table_lookup().
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
 * @return false if it is unknown: a VFS module wrote the durable cookie, not
 *         smbd itself.
 */
bool open_table_file(const struct smbXsrv_open_global *open,
		     struct file_id *file);

#endif
