/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes source/session/child/message.c: values are got within a message. */

#include "source/common/samba_types.h"

#include "fuzz.h"

#include "source/session/child/message.h"

/* Whatever comes first in the input is got first. */
static void get(struct message *message, uint8_t kind)
{
	uint8_t bytes[256];
	const char *text = NULL;
	struct dom_sid sid;

	switch (kind % 6) {
	case 0:
		assert(message_get_u32(message) == 0 || !message->bad);
		break;
	case 1:
		(void)message_get_u64(message);
		break;
	case 2:
		message_get_bytes(message, bytes, kind);
		break;
	case 3:
		text = message_get_string(message);
		assert(strlen(text) == 0 || !message->bad);
		break;
	case 4:
		(void)message_get_server_id(message);
		break;
	default:
		sid = message_get_sid(message);
		assert(sid.num_auths >= 0 && sid.num_auths <= 15);
		assert(sid.num_auths == 0 || !message->bad);
		break;
	}
	assert(message->at >= MESSAGE_HEADER && message->at <= message->length);
}

/* The length that the header says is believed, or not, from any part of it. */
static void check_length(const uint8_t *data, size_t size)
{
	for (size_t got = 0; got <= size && got <= MESSAGE_HEADER; got++) {
		size_t length;
		const bool valid = message_length(data, got, &length);

		assert(valid == (length == 0 ? got < MESSAGE_HEADER
					     : length >= MESSAGE_HEADER &&
						       length <= MESSAGE_MAX));
	}
}

/* The input is a message, behind the kinds of values that are got from it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t kinds = size > 0 ? data[0] : 0;
	struct message message;
	uint8_t *copy = NULL;
	uint32_t type;

	if (size < 1 + kinds + MESSAGE_HEADER) {
		return 0;
	}
	size -= 1 + kinds;
	copy = malloc(size);
	assert(copy != NULL);
	memcpy(copy, data + 1 + kinds, size);
	check_length(copy, size);
	message = message_received(copy, size, &type);
	for (size_t i = 0; i < kinds; i++) {
		get(&message, data[1 + i]);
	}
	free(copy);
	return 0;
}
