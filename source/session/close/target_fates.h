/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages about the fates of targets that both sides have, in one order. */

#ifndef SESSIONDEL_TARGET_FATES_H
#define SESSIONDEL_TARGET_FATES_H

#include "source/session/child/message.h"
#include "source/session/targets.h"

/* As many changes as one message has at most. */
#define FATE_CHANGES_MAX 1000

/**
 * The fates of all targets, four in a byte. One that has ended is
 * SESSION_GONE to the receiver.
 */
void target_fates_put(struct message *message,
		      const struct session_targets *targets);

/**
 * The message becomes bad when it is about another number of targets.
 */
void target_fates_get(struct message *message, struct session_targets *targets);

/**
 * Put the fates that differ from those that were sent before.
 *
 * @param[in,out] sent  The fate of each target as last put.
 *
 * @return False when there are none, so that there is no message to send. Else
 *         there may be more.
 */
bool target_fates_put_changes(struct message *message,
			      const struct session_targets *targets,
			      uint8_t *sent);

/**
 * Get changes until the message ends, or is bad: an unknown target or fate.
 */
void target_fates_get_changes(struct message *message,
			      struct session_targets *targets);

#endif
