/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decode records of smbd's tables with Samba's own NDR. */

#ifndef SESSIONDEL_RECORD_PULL_H
#define SESSIONDEL_RECORD_PULL_H

#include "source/common/samba_types.h"
#include <talloc.h>
#include <tdb.h>

#include "libcli/util/ntstatus.h"
#include "librpc/ndr/libndr.h"

/**
 * Decode one record.
 *
 * @param[in]  mem_ctx  Owns what the record points to.
 * @param[in]  value    The record's bytes, without dbwrap_watch's header.
 * @param[in]  pull     The decoder for this kind of record.
 * @param[out] record   Valid only with NT_STATUS_OK.
 *
 * @return NT_STATUS_NOT_FOUND if it is empty: dbwrap_watch keeps such records
 *         while a process watches them;
 *         NT_STATUS_INTERNAL_DB_CORRUPTION if it cannot be decoded;
 *         NT_STATUS_NO_MEMORY.
 */
NTSTATUS record_pull(TALLOC_CTX *mem_ctx,
		     TDB_DATA value,
		     ndr_pull_flags_fn_t pull,
		     void *record);

#endif
