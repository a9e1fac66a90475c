/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages between the worker and its child: typed values, within bounds. */

#include "message.h"

#include "lib/util/byteorder.h"

struct message message_begin(uint8_t *buffer, uint32_t type)
{
	RSIVAL(buffer, 4, type);
	return (struct message){.data = buffer, .length = MESSAGE_HEADER};
}

void message_put_bytes(struct message *message, const void *data, size_t len)
{
	if (message->bad || len > MESSAGE_MAX - message->length) {
		message->bad = true;
		return;
	}
	memcpy(message->data + message->length, data, len);
	message->length += len;
}

void message_put_u32(struct message *message, uint32_t value)
{
	uint8_t bytes[4];

	RSIVAL(bytes, 0, value);
	message_put_bytes(message, bytes, sizeof(bytes));
}

void message_put_u64(struct message *message, uint64_t value)
{
	message_put_u32(message, value >> 32);
	message_put_u32(message, value & 0xffffffff);
}

void message_put_string(struct message *message, const char *text)
{
	message_put_bytes(message, text, strlen(text) + 1);
}

void message_put_server_id(struct message *message,
			   const struct server_id *value)
{
	message_put_u64(message, value->pid);
	message_put_u32(message, value->task_id);
	message_put_u32(message, value->vnn);
	message_put_u64(message, value->unique_id);
}

void message_put_sid(struct message *message, const struct dom_sid *value)
{
	message_put_u32(message, value->sid_rev_num);
	message_put_u32(message, value->num_auths);
	message_put_bytes(message, value->id_auth, sizeof(value->id_auth));
	for (size_t i = 0; i < ARRAY_SIZE(value->sub_auths); i++) {
		message_put_u32(message, value->sub_auths[i]);
	}
}

bool message_finish(struct message *message)
{
	RSIVAL(message->data, 0, message->length);
	return !message->bad;
}

bool message_length(const uint8_t *data, size_t got, size_t *length)
{
	*length = 0;
	if (got < MESSAGE_HEADER) {
		return true;
	}
	*length = RIVAL(data, 0);
	return *length >= MESSAGE_HEADER && *length <= MESSAGE_MAX;
}

struct message message_received(uint8_t *data, size_t length, uint32_t *type)
{
	*type = RIVAL(data, 4);
	return (struct message){
		.data = data,
		.length = length,
		.at = MESSAGE_HEADER,
	};
}

void message_get_bytes(struct message *message, void *data, size_t len)
{
	if (message->bad || len > message->length - message->at) {
		message->bad = true;
		memset(data, 0, len);
		return;
	}
	memcpy(data, message->data + message->at, len);
	message->at += len;
}

uint32_t message_get_u32(struct message *message)
{
	uint8_t bytes[4];

	message_get_bytes(message, bytes, sizeof(bytes));
	return RIVAL(bytes, 0);
}

uint64_t message_get_u64(struct message *message)
{
	const uint64_t high = message_get_u32(message);

	return high << 32 | message_get_u32(message);
}

const char *message_get_string(struct message *message)
{
	const char *text = (const char *)message->data + message->at;
	const size_t rest = message->length - message->at;
	const size_t len = message->bad ? rest : strnlen(text, rest);

	if (len == rest) {
		message->bad = true;
		return "";
	}
	message->at += len + 1;
	return text;
}

struct server_id message_get_server_id(struct message *message)
{
	struct server_id value;

	value.pid = message_get_u64(message);
	value.task_id = message_get_u32(message);
	value.vnn = message_get_u32(message);
	value.unique_id = message_get_u64(message);
	return value;
}

struct dom_sid message_get_sid(struct message *message)
{
	struct dom_sid value = {.sid_rev_num = 0};
	uint32_t num_auths;

	value.sid_rev_num = (uint8_t)message_get_u32(message);
	num_auths = message_get_u32(message);
	message_get_bytes(message, value.id_auth, sizeof(value.id_auth));
	for (size_t i = 0; i < ARRAY_SIZE(value.sub_auths); i++) {
		value.sub_auths[i] = message_get_u32(message);
	}
	if (num_auths > ARRAY_SIZE(value.sub_auths)) {
		message->bad = true;
	}
	value.num_auths = (int8_t)(message->bad ? 0 : num_auths);
	return value;
}
