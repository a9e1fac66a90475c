/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answer to a call that was served asynchronously. */

#ifndef SESSIONDEL_LATE_ANSWER_H
#define SESSIONDEL_LATE_ANSWER_H

struct dcesrv_call_state;

/**
 * Send the answer to a call whose arguments and result are set. The call may
 * be gone afterwards, and all that hangs below it.
 */
void late_answer(struct dcesrv_call_state *call);

#endif
