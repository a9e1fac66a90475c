/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decode records of smbd's tables with Samba's own NDR. */

#include "record_pull.h"

/* No structure needs more memory for each byte of its record. */
#define MEMORY_PER_BYTE 32

/* Is there enough memory to decode an undamaged record of this size? */
static bool memory_suffices(TALLOC_CTX *mem_ctx, TDB_DATA value)
{
	void *memory = talloc_size(mem_ctx, value.dsize * MEMORY_PER_BYTE);
	bool suffices = memory != NULL;

	talloc_free(memory);
	return suffices;
}

/*
 * The decoder's error cannot be trusted. A damaged record that claims more
 * elements than fit into memory is NDR_ERR_ALLOC, and must not stop a walk over
 * the other records. An undamaged one is NDR_ERR_CHARCNV if there is no memory
 * for one of its strings, and its session must not be skipped.
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
	/* memory may have been short for a moment only */
	err = ndr_pull_struct_blob(&blob, mem_ctx, record, pull);
	if (!NDR_ERR_CODE_IS_SUCCESS(err)) {
		return NT_STATUS_INTERNAL_DB_CORRUPTION;
	}
	return NT_STATUS_OK;
}
