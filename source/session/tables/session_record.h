/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decode a record of smbd's session table. */

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
 * @param[in]  value    The record's bytes, without dbwrap_watch's header.
 * @param[out] record   Valid only with NT_STATUS_OK; the session is then
 *                      info.SMBXSRV_INFO.
 *
 * @return NT_STATUS_NOT_FOUND if it is empty, see record_pull();
 *         NT_STATUS_INTERNAL_DB_CORRUPTION if it cannot be decoded;
 *         NT_STATUS_REVISION_MISMATCH if this Samba's records have another
 *         layout than those the module was built for;
 *         NT_STATUS_NO_MEMORY.
 */
NTSTATUS session_record_decode(TALLOC_CTX *mem_ctx,
			       TDB_DATA value,
			       struct smbXsrv_session_globalB *record);

/* With more smbds to look for than these, decoding is as fast. */
#define SESSION_RECORD_SMBDS_MAX 16

/**
 * Can a record be of an smbd, by its bytes, without decoding it? One that has
 * no channel can be of any.
 *
 * @param[in] value  The record's bytes, without dbwrap_watch's header.
 *
 * @return False if it is certainly not.
 */
bool session_record_may_be_of(TDB_DATA value, const struct server_id *smbd);

#endif
