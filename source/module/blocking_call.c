/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call whose answer cannot come later
 * (docs/spec.md#when-it-answers-and-with-what).
 */

#include "blocking_call.h"

#define LIMIT_USEC 100000

struct tevent_req *blocking_call_run(
	TALLOC_CTX *mem_ctx,
	struct tevent_req *(*send)(struct tevent_context *ev,
				   struct timeval limit,
				   void *private_data),
	void *private_data)
{
	const struct timeval limit = {.tv_usec = LIMIT_USEC};
	struct tevent_context *ev = tevent_context_init(mem_ctx);
	struct tevent_req *req = NULL;

	if (ev == NULL) {
		return NULL;
	}
	req = send(ev, limit, private_data);
	if (req == NULL || !tevent_req_poll(req, ev)) {
		return NULL;
	}
	return req;
}
