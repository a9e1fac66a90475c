/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many files, directories and pipes users hold open. */

#ifndef SESSIONDEL_OPEN_COUNT_H
#define SESSIONDEL_OPEN_COUNT_H

#include "source/common/samba_types.h"
#include <talloc.h>

#include "librpc/gen_ndr/security.h"
#include "librpc/gen_ndr/server_id.h"

/*
 * What one user has open in one smbd. Samba 4.17 does not record which session
 * an open belongs to.
 */
struct open_count {
	struct server_id owner;
	struct dom_sid user;
	uint32_t opens;
};

/**
 * Bring counts into the order that open_counts_find() needs.
 */
void open_counts_sort(struct open_count *counts, size_t num);

/**
 * The count of that smbd and user, or NULL. Of several it is the same always.
 */
struct open_count *open_counts_find(struct open_count *counts,
				    size_t num,
				    const struct server_id *owner,
				    const struct dom_sid *user);

/**
 * Count all opens there are now.
 *
 * @param[in]     mem_ctx  For what is needed meanwhile.
 * @param[in,out] counts   Sorted by open_counts_sort(); counted on from what
 *                         they hold.
 * @param[in]     num      How many.
 *
 * @return NT_STATUS_NO_MEMORY, NT_STATUS_REVISION_MISMATCH when this Samba's
 *         records are of another layout, or why the table cannot be read.
 */
NTSTATUS open_counts_read(TALLOC_CTX *mem_ctx,
			  struct open_count *counts,
			  size_t num);

#endif
