/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages between the worker and its child: typed values, within bounds. */

#ifndef SESSIONDEL_MESSAGE_H
#define SESSIONDEL_MESSAGE_H

#include "source/common/samba_types.h"
#include <talloc.h>

#include "librpc/gen_ndr/security.h"
#include "librpc/gen_ndr/server_id.h"

/* Bytes of the longest message, its header included. */
#define MESSAGE_MAX 65536

/* Bytes of a message's header: its length and its type. */
#define MESSAGE_HEADER 8

/*
 * One message. What does not fit, or is not there, makes it bad: nothing is put
 * from then on, and what is got is zero or "".
 */
struct message {
	uint8_t *data;
	size_t length;
	/* where the next value is got */
	size_t at;
	bool bad;
};

/**
 * Begin a message in a buffer.
 *
 * @param[in] buffer  Of MESSAGE_MAX bytes.
 */
struct message message_begin(uint8_t *buffer, uint32_t type);

/**
 * Put a value to the end of a message.
 */
void message_put_u32(struct message *message, uint32_t value);
void message_put_u64(struct message *message, uint64_t value);
void message_put_bytes(struct message *message, const void *data, size_t len);
void message_put_string(struct message *message, const char *text);
void message_put_server_id(struct message *message,
			   const struct server_id *value);
void message_put_sid(struct message *message, const struct dom_sid *value);

/**
 * Write the length into the header, so that the message can be sent.
 *
 * @return False when the message is bad.
 */
bool message_finish(struct message *message);

/**
 * How long the message is that begins with these bytes.
 *
 * @param[out] length  With its header. 0: more bytes are needed to say.
 *
 * @return False when no message has this length.
 */
bool message_length(const uint8_t *data, size_t got, size_t *length);

/**
 * A message that was received whole.
 */
struct message message_received(uint8_t *data, size_t length, uint32_t *type);

/**
 * Get the next value. Strings belong to the message's buffer.
 */
uint32_t message_get_u32(struct message *message);
uint64_t message_get_u64(struct message *message);
void message_get_bytes(struct message *message, void *data, size_t len);
const char *message_get_string(struct message *message);
struct server_id message_get_server_id(struct message *message);
struct dom_sid message_get_sid(struct message *message);

#endif
