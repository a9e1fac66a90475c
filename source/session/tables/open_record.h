/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smbd's table of opens: open it, decode a record. */

#ifndef SESSIONDEL_OPEN_RECORD_H
#define SESSIONDEL_OPEN_RECORD_H

#include "source/common/samba_types.h"
#include <tdb.h>

#include "source/common/samba_records.h"

struct db_context;

/**
 * Open smbXsrv_open_global.tdb as smbd does. It has the opens of all files,
 * directories and pipes.
 *
 * @param[in]  mem_ctx  Owns the database.
 * @param[out] db       Valid only with NT_STATUS_OK.
 *
 * @return What lock_db_open() returns.
 */
NTSTATUS open_records_db(TALLOC_CTX *mem_ctx, struct db_context **db);

/**
 * Decode one record.
 *
 * @param[in]  mem_ctx  Owns the open.
 * @param[in]  key      The record's key. That of an open is its id; 4.23 also
 *                      has other records.
 * @param[in]  value    The record's bytes.
 * @param[out] open     Valid only with NT_STATUS_OK.
 *
 * @return NT_STATUS_NOT_FOUND if the record is not an open;
 *         NT_STATUS_REVISION_MISMATCH if this Samba's records have another
 *         layout than those the module was built for;
 *         NT_STATUS_NO_MEMORY.
 */
NTSTATUS open_record_decode(TALLOC_CTX *mem_ctx,
			    TDB_DATA key,
			    TDB_DATA value,
			    const struct smbXsrv_open_global **open);

#endif
