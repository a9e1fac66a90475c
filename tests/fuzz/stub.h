/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arguments of a call, decoded from their bytes on the wire. */

#ifndef SESSIONDEL_TESTS_STUB_H
#define SESSIONDEL_TESTS_STUB_H

#include <assert.h>

#include "librpc/ndr/libndr.h"

/**
 * Do what the worker does before it calls our dispatch.
 *
 * @param[in] mem_ctx    Owns the arguments.
 * @param[in] interface  How that call is laid out.
 * @param[in] stub       The bytes.
 *
 * @return The call's struct, NULL when NDR refuses the bytes.
 */
static inline void *stub_pull(TALLOC_CTX *mem_ctx,
			      const struct ndr_interface_call *interface,
			      const DATA_BLOB *stub)
{
	struct ndr_pull *ndr = ndr_pull_init_blob(stub, mem_ctx);
	void *call = talloc_zero_size(mem_ctx, interface->struct_size);

	assert(ndr != NULL && call != NULL);
	ndr->flags |= LIBNDR_FLAG_REF_ALLOC;
	return interface->ndr_pull(ndr, NDR_IN, call) == NDR_ERR_SUCCESS ? call
									 : NULL;
}

#endif
