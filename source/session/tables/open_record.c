/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smbd's table of opens: open it, decode a record. */

#include "open_record.h"

#include "lock_db.h"
#include "record_pull.h"

NTSTATUS open_records_db(TALLOC_CTX *mem_ctx, struct db_context **db)
{
	return lock_db_open(mem_ctx,
			    "smbXsrv_open_global.tdb",
			    0,
			    0,
			    0600,
			    DBWRAP_LOCK_ORDER_1,
			    db);
}

NTSTATUS open_record_decode(TALLOC_CTX *mem_ctx,
			    TDB_DATA key,
			    TDB_DATA value,
			    const struct smbXsrv_open_global **open)
{
	struct smbXsrv_open_globalB record = {.version = 0};
	NTSTATUS status;

	if (key.dsize != sizeof(record.info.SMBXSRV_INFO->open_global_id)) {
		return NT_STATUS_NOT_FOUND;
	}
	status = record_pull(mem_ctx,
			     value,
			     (ndr_pull_flags_fn_t)ndr_pull_smbXsrv_open_globalB,
			     &record);
	if (NT_STATUS_EQUAL(status, NT_STATUS_NO_MEMORY)) {
		return status;
	}
	if (!NT_STATUS_IS_OK(status) ||
	    record.version != SMBXSRV_VERSION_CURRENT ||
	    record.info.SMBXSRV_INFO == NULL) {
		return NT_STATUS_NOT_FOUND;
	}
	if (talloc_get_size(record.info.SMBXSRV_INFO) != sizeof(**open)) {
		return NT_STATUS_REVISION_MISMATCH;
	}
	*open = record.info.SMBXSRV_INFO;
	return NT_STATUS_OK;
}
