/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a call is answered: at once, later, or after a short wait. */

#ifndef SESSIONDEL_ASYNC_REPLY_H
#define SESSIONDEL_ASYNC_REPLY_H

#include "source/common/samba_types.h"
#include <tevent.h>

struct dcesrv_call_state;
struct sessiondel_module;

/**
 * Where a call waits: in the worker's loop where its answer may come later,
 * else in one beside it, for 100 ms at most
 * (docs/spec.md#when-it-answers-and-with-what).
 */
struct call_wait {
	bool may_be_async;
	struct tevent_context *ev;
	/* how long all may take */
	struct timeval limit;
};

/**
 * Decide how a call waits.
 *
 * @param[in,out] module   Owns the loop beside the worker's.
 * @param[in]     call     The call.
 * @param[in]     seconds  The limit where the answer may come later.
 * @param[out]    wait     Valid only when true is returned.
 *
 * @return False without memory.
 */
bool call_wait_init(struct sessiondel_module *module,
		    struct dcesrv_call_state *call,
		    unsigned seconds,
		    struct call_wait *wait);

/**
 * See a call's request to its end: it is done when this returns false. Else it
 * has the callback, and the call is answered by async_reply().
 */
bool call_wait_for(const struct call_wait *wait,
		   struct dcesrv_call_state *call,
		   struct tevent_req *req,
		   tevent_req_fn callback,
		   void *private_data);

/**
 * Go on with a call's request when a step of it is done, which may be now.
 *
 * @param[in] subreq     The step; NULL: there was no memory for it.
 * @param[in] step_done  Called with it; its callback data is req.
 */
void call_continue_after(struct tevent_req *req,
			 struct tevent_req *subreq,
			 tevent_req_fn step_done);

/**
 * The rest of a limit.
 *
 * @param[in] start  When the call came. It has its answer 20 seconds after that
 *                   at the latest, because Windows' clients give up then.
 * @param[in] limit  How long to wait from now on at most.
 */
struct timeval async_reply_limit(const struct timeval *start,
				 struct timeval limit);

/**
 * Answer a call that was served asynchronously. Nothing may touch the call
 * afterwards.
 */
void async_reply(struct dcesrv_call_state *call);

#endif
