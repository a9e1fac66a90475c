/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session in a message between the worker and its child. */

#ifndef SESSIONDEL_MESSAGE_TARGET_H
#define SESSIONDEL_MESSAGE_TARGET_H

#include "source/session/targets.h"

struct message;

void message_put_target(struct message *message,
			const struct session_target *target);

/**
 * @return With the fate SESSION_OWN or SESSION_NOT_ASKED. The strings are the
 *         message's.
 */
struct session_target message_get_target(struct message *message);

#endif
