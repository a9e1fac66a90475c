/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session in a message between the worker and its child. */

#include "message_target.h"

#include "message.h"

void message_put_target(struct message *message,
			const struct session_target *target)
{
	message_put_u32(message, target->key.global_id);
	message_put_u64(message, target->key.wire_id);
	message_put_u64(message, target->key.creation_time);
	message_put_u32(message, target->version);
	message_put_server_id(message, &target->owner);
	message_put_sid(message, &target->user_sid);
	message_put_u32(message, target->like_caller);
	message_put_u32(message, target->fate == SESSION_OWN);
	message_put_string(message, target->user);
	message_put_string(message, target->client);
}

struct session_target message_get_target(struct message *message)
{
	struct session_target target = {.version = 0};

	target.key.global_id = message_get_u32(message);
	target.key.wire_id = message_get_u64(message);
	target.key.creation_time = message_get_u64(message);
	target.version = message_get_u32(message);
	target.owner = message_get_server_id(message);
	target.user_sid = message_get_sid(message);
	target.like_caller = message_get_u32(message);
	target.fate =
		message_get_u32(message) ? SESSION_OWN : SESSION_NOT_ASKED;
	target.user = message_get_string(message);
	target.client = message_get_string(message);
	return target;
}
