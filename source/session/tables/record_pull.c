/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records of smbd's tables: from their bytes, by Samba's own NDR. */

#include "record_pull.h"

/* No structure in a record takes more memory for each of its bytes there. */
#define MEMORY_PER_BYTE 32

/* Is there the memory that a record needs which is as it should be? */
static bool memory_suffices(TALLOC_CTX *mem_ctx, TDB_DATA value)
{
	void *memory = talloc_size(mem_ctx, value.dsize * MEMORY_PER_BYTE);
	bool suffices = memory != NULL;

	talloc_free(memory);
	return suffices;
}

/*
 * The decoder's own word for it cannot be trusted: a damaged record that counts
 * more elements than memory holds is NDR_ERR_ALLOC, which must not stop a walk
 * over the others; and without memory for a string, a record that is sound is
 * NDR_ERR_CHARCNV, and its session must not be passed over.
 */
NTSTATUS record_pull(TALLOC_CTX *mem_ctx,
		     TDB_DATA value,
		     ndr_pull_flags_fn_t pull,
		     void *record)
{
	DATA_BLOB blob = data_blob_const(value.dptr, value.dsize);
	enum ndr_err_code err;

	if (value.dsize == 0) {
		return NT_STATUS_NOT_FOUND;
	}
	err = ndr_pull_struct_blob(&blob, mem_ctx, record, pull);
	if (NDR_ERR_CODE_IS_SUCCESS(err)) {
		return NT_STATUS_OK;
	}
	if (!memory_suffices(mem_ctx, value)) {
		return NT_STATUS_NO_MEMORY;
	}
	/* it may have been short for a moment */
	err = ndr_pull_struct_blob(&blob, mem_ctx, record, pull);
	if (!NDR_ERR_CODE_IS_SUCCESS(err)) {
		return NT_STATUS_INTERNAL_DB_CORRUPTION;
	}
	return NT_STATUS_OK;
}
