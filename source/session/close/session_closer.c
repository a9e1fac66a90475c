/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What closing sessions takes, made once for a process. */

#include "session_closer.h"

#include "lib/util/debug.h"

#include "smbd_ping.h"

struct session_closer *session_closer_create(
	TALLOC_CTX *mem_ctx,
	struct messaging_context *msg_ctx,
	struct share_lock_limit *share_lock_limit)
{
	struct session_closer *closer = talloc(mem_ctx, struct session_closer);

	if (closer == NULL) {
		return NULL;
	}
	*closer = (struct session_closer){
		.table = session_table_create(closer, msg_ctx),
		.pings = smbd_pings_create(closer, msg_ctx),
		.share_lock_limit = share_lock_limit,
	};
	if (closer->table == NULL || closer->pings == NULL) {
		talloc_free(closer);
		return NULL;
	}
	return closer;
}

NTSTATUS session_closer_open_durable(struct session_closer *closer)
{
	NTSTATUS status;

	if (closer->durable != NULL) {
		return NT_STATUS_OK;
	}
	status = durable_table_open(closer,
				    closer->table,
				    closer->share_lock_limit,
				    &closer->durable);
	if (!NT_STATUS_IS_OK(status)) {
		DBG_ERR("cannot open the tables of opens: %s\n",
			nt_errstr(status));
	}
	return status;
}
