/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call whose answer cannot come later
 * (docs/spec.md#when-it-answers-and-with-what).
 */

#ifndef SESSIONDEL_BLOCKING_CALL_H
#define SESSIONDEL_BLOCKING_CALL_H

#include "source/common/samba_types.h"
#include <tevent.h>

/**
 * Start a request and wait for its end, for 100 ms at most, because the worker
 * serves nothing else meanwhile. The request runs on an event context of its
 * own: the worker's must not run inside a call.
 *
 * @param[in] mem_ctx  Owns the event context and the request.
 * @param[in] send     Starts it with a time limit; NULL when out of memory.
 * @param[in] private_data  For send().
 *
 * @return The request at its end; NULL when out of memory.
 */
struct tevent_req *blocking_call_run(
	TALLOC_CTX *mem_ctx,
	struct tevent_req *(*send)(struct tevent_context *ev,
				   struct timeval limit,
				   void *private_data),
	void *private_data);

#endif
