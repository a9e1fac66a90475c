/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Count the files, directories and pipes that users have open. */

#ifndef SESSIONDEL_OPEN_COUNT_H
#define SESSIONDEL_OPEN_COUNT_H

#include "source/common/samba_types.h"
#include <talloc.h>

#include "librpc/gen_ndr/security.h"
#include "librpc/gen_ndr/server_id.h"

/*
 * From 4.23 an open's record names its session. Before, it names only the user
 * in whose name the share was used: the forced one on a "force user" share. So
 * where one user has an smbd to himself, all its opens are his.
 */
struct open_count {
	/* the global id of the session whose opens these are; or 0, and */
	uint64_t session;
	/* they are those of one smbd */
	struct server_id owner;
	/* in this user's name; without a user, in any */
	struct dom_sid user;
	uint32_t opens;
};

/**
 * Sort counts for open_counts_find().
 */
void open_counts_sort(struct open_count *counts, size_t num);

/**
 * The count of the same opens as those of key, or NULL. If there are several,
 * it is always the same one.
 */
struct open_count *open_counts_find(struct open_count *counts,
				    size_t num,
				    const struct open_count *key);

/**
 * The count that an open adds to, or NULL: its session's if that is on record,
 * else its smbd's without a user, else that of its smbd and its user.
 *
 * @param[in] open  Its opens do not matter.
 */
struct open_count *open_counts_of(struct open_count *counts,
				  size_t num,
				  const struct open_count *open);

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
