/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records of smbd's tables: from their bytes, by Samba's own NDR. */

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
 * @param[in]  value    The bytes, without the header of dbwrap's watchers.
 * @param[in]  pull     Decodes records of its kind.
 * @param[out] record   Of that kind; valid only with NT_STATUS_OK.
 *
 * @return NT_STATUS_NOT_FOUND for an empty one, which only others that wait
 *         for it keep in a table;
 *         NT_STATUS_INTERNAL_DB_CORRUPTION for one that cannot be read;
 *         NT_STATUS_NO_MEMORY.
 */
NTSTATUS record_pull(TALLOC_CTX *mem_ctx,
		     TDB_DATA value,
		     ndr_pull_flags_fn_t pull,
		     void *record);

#endif
