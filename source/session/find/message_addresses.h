/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client's addresses in a message to the call's child. */

#ifndef SESSIONDEL_MESSAGE_ADDRESSES_H
#define SESSIONDEL_MESSAGE_ADDRESSES_H

#include "source/session/child/message.h"
#include "source/common/client_address.h"

/**
 * @param[in] addresses  NULL: the name was not resolved.
 */
void message_put_addresses(struct message *message,
			   const struct client_addresses *addresses);

/**
 * @param[out] addresses  What was put.
 *
 * @return addresses, or NULL where the name was not resolved.
 */
const struct client_addresses *message_get_addresses(
	struct message *message,
	struct client_addresses *addresses);

#endif
