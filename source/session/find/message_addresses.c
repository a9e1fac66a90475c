/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client's addresses in a message to the call's child. */

#include "message_addresses.h"

void message_put_addresses(struct message *message,
			   const struct client_addresses *addresses)
{
	const size_t num = addresses != NULL ? addresses->num : 0;

	message_put_u32(message, addresses != NULL);
	message_put_u32(message, num);
	for (size_t i = 0; i < num; i++) {
		const struct client_address *address = &addresses->list[i];

		message_put_bytes(message, &address->ip, sizeof(address->ip));
		message_put_string(message, address->zone);
	}
}

const struct client_addresses *message_get_addresses(
	struct message *message,
	struct client_addresses *addresses)
{
	const bool resolved = message_get_u32(message);
	const uint32_t num = message_get_u32(message);

	*addresses = (struct client_addresses){.num = 0};
	for (uint32_t i = 0; i < num && i < CLIENT_ADDRESSES_MAX; i++) {
		struct client_address *address =
			&addresses->list[addresses->num++];

		message_get_bytes(message, &address->ip, sizeof(address->ip));
		snprintf(address->zone,
			 sizeof(address->zone),
			 "%s",
			 message_get_string(message));
	}
	return resolved ? addresses : NULL;
}
