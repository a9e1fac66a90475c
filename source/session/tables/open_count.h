/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Count the files, directories and pipes that users have open. */

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
 * Sort counts for open_counts_find().
 */
void open_counts_sort(struct open_count *counts, size_t num);

/**
 * The count of an smbd and a user, or NULL. If there are several, it is always
 * the same one.
 */
struct open_count *open_counts_find(struct open_count *counts,
				    size_t num,
				    const struct server_id *owner,
				    const struct dom_sid *user);

/**
 * Count all current opens.
 *
 * @param[in]     mem_ctx  For temporary data.
 * @param[in,out] counts   Sorted by open_counts_sort(); opens are added to the
 *                         numbers in it.
 * @param[in]     num      Number of counts.
 *
 * @return NT_STATUS_NO_MEMORY; NT_STATUS_REVISION_MISMATCH if this Samba's
 *         records have another layout than those the module was built for; or
 *         why the table cannot be read.
 */
NTSTATUS open_counts_read(TALLOC_CTX *mem_ctx,
			  struct open_count *counts,
			  size_t num);

#endif
