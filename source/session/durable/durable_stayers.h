/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The smbds whose durable opens a call may end, and who stays there. */

#ifndef SESSIONDEL_DURABLE_STAYERS_H
#define SESSIONDEL_DURABLE_STAYERS_H

#include "source/session/targets.h"

/* One smbd that has targets and durable opens. */
struct durable_smbd {
	struct server_id id;
	/* sessions there that are no targets, as far as the table shows them */
	struct session_key *stayers;
	size_t num_stayers;
	/* it may have a session that nobody can see, or has lost one */
	bool doubtful;
	/* targets there that are not settled yet, and when it was last looked
	 * at */
	size_t awaited;
	size_t awaited_before;
	/* opens that need a proof, for which no ping was sent yet */
	size_t disconnected;
};

struct durable_smbds {
	struct durable_smbd *list;
	size_t num;
};

/**
 * Add an smbd, with nobody who stays yet, unless it is there.
 *
 * @param[in]  mem_ctx  Owns the list.
 * @param[out] smbd     Its place in the list.
 *
 * @return False without memory.
 */
bool durable_smbds_add(TALLOC_CTX *mem_ctx,
		       struct durable_smbds *smbds,
		       const struct server_id *id,
		       size_t *smbd);

/**
 * Add the sessions that stay, by a walk over the session table.
 *
 * A walk is no snapshot: a record that moves because it grows can be missed.
 * So the caller walks twice, and a session that was seen once counts.
 *
 * @return NT_STATUS_NO_MEMORY, or what session_table_walk() returns.
 */
NTSTATUS durable_smbds_add_stayers(TALLOC_CTX *mem_ctx,
				   const struct durable_smbds *smbds,
				   struct session_table *table,
				   const struct session_targets *targets);

/**
 * Are all who stay there still? If not, or where one was never seen, the smbd
 * is doubtful from then on.
 *
 * @return NT_STATUS_OK, whether or not; or what session_table_lookup() returns.
 */
NTSTATUS durable_smbd_check_stayers(struct durable_smbd *smbd,
				    struct session_table *table);

#endif
