/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answer to a call that was served asynchronously. */

#include "source/common/samba_types.h"
#include "async_reply.h"

#include <tevent.h>

#include "lib/util/debug.h"
#include "lib/util/time.h"
#include "librpc/rpc/dcesrv_core.h"

/* A call is answered within this many seconds. */
#define ANSWER_LIMIT 20

struct timeval async_reply_limit(const struct timeval *start,
				 struct timeval limit)
{
	struct timeval now = timeval_current();
	struct timeval end = timeval_sum(&now, &limit);
	struct timeval last = timeval_add(start, ANSWER_LIMIT, 0);

	end = timeval_min(&end, &last);
	return tevent_timeval_until(&now, &end);
}

void async_reply(struct dcesrv_call_state *call)
{
	struct dcesrv_connection *conn = call->conn;
	NTSTATUS status = dcesrv_reply(call);

	if (NT_STATUS_IS_OK(status)) {
		return;
	}
	DBG_ERR("cannot answer: %s\n", nt_errstr(status));
	/* otherwise the caller would wait forever */
	talloc_free(call);
	dcesrv_terminate_connection(conn, nt_errstr(status));
}
