/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One record of smbd's session table: decoded from its bytes. */

#ifndef SESSIONDEL_SESSION_RECORD_H
#define SESSIONDEL_SESSION_RECORD_H

#include "source/common/samba_types.h"
#include <talloc.h>
#include <tdb.h>

#include "libcli/util/ntstatus.h"
#include "source/common/samba_records.h"

/**
 * Decode one record.
 *
 * @param[in]  mem_ctx  Owns what the record points to.
 * @param[in]  value    The bytes, without the header of dbwrap's watchers.
 * @param[out] record   Valid only with NT_STATUS_OK, and then of the version
 *                      that info.SMBXSRV_INFO is for.
 *
 * @return NT_STATUS_NOT_FOUND for a free one, which only others that wait for
 *         it keep in the table;
 *         NT_STATUS_INTERNAL_DB_CORRUPTION for one that cannot be read;
 *         NT_STATUS_REVISION_MISMATCH when this Samba's records are laid out
 *         in another way than those the module was built for;
 *         NT_STATUS_NO_MEMORY.
 */
NTSTATUS session_record_decode(TALLOC_CTX *mem_ctx,
			       TDB_DATA value,
			       struct smbXsrv_session_globalB *record);

#endif
