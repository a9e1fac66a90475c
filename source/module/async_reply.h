/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answer to a call that was served asynchronously. */

#ifndef SESSIONDEL_ASYNC_REPLY_H
#define SESSIONDEL_ASYNC_REPLY_H

struct dcesrv_call_state;
struct timeval;

/**
 * Shorten a time limit so that the call is answered before clients give up,
 * after about 21 s.
 *
 * @param[in] start  When the call came in.
 * @param[in] limit  For a part of the call's work that begins now.
 */
struct timeval async_reply_limit(const struct timeval *start,
				 struct timeval limit);

/**
 * Send the answer to a call whose arguments and result are set. This may free
 * the call and everything that is allocated below it.
 */
void async_reply(struct dcesrv_call_state *call);

#endif
