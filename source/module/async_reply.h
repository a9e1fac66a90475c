/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answer to a call that was served asynchronously. */

#ifndef SESSIONDEL_ASYNC_REPLY_H
#define SESSIONDEL_ASYNC_REPLY_H

struct dcesrv_call_state;
struct timeval;

/**
 * How long a part of a call's work may take that would take so long: clients
 * give a call up after about 21 s.
 *
 * @param[in] start  When the call came.
 */
struct timeval async_reply_limit(const struct timeval *start,
				 struct timeval limit);

/**
 * Send the answer to a call whose arguments and result are set. The call may
 * be gone afterwards, and all that hangs below it.
 */
void async_reply(struct dcesrv_call_state *call);

#endif
