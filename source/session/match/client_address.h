/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Client addresses: parsed from what people and Samba write, compared. */

#ifndef SESSIONDEL_CLIENT_ADDRESS_H
#define SESSIONDEL_CLIENT_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#define CLIENT_ZONE_LEN 32

struct client_address {
	/* IPv4 is kept as its IPv6-mapped form, so both compare equal */
	struct in6_addr ip;
	char zone[CLIENT_ZONE_LEN];
};

/* No computer has more; what would come after them is left out. */
#define CLIENT_ADDRESSES_MAX 64

/* What one name stands for. All zero to begin with. */
struct client_addresses {
	size_t num;
	struct client_address list[CLIENT_ADDRESSES_MAX];
};

/**
 * Parse an address as an administrator writes it
 * (docs/spec.md#which-sessions-match): "10.0.0.7", "2001:db8::7",
 * "[2001:db8::7]", "fe80::1%eth0", "::ffff:10.0.0.7" and
 * "2001-db8--7.ipv6-literal.net" ("s" stands for the "%" of a zone).
 *
 * @param[in]  text     What was written, NUL-terminated.
 * @param[out] address  Valid only when true is returned.
 *
 * @return true when text is an address, false when it is something else.
 */
bool client_address_parse(const char *text, struct client_address *address);

/**
 * Does the text begin as the address of an IP channel does, "ipv4:"?
 */
bool client_address_is_channel(const char *text);

/**
 * Parse a channel's address as smbd records it: "ipv4:10.0.0.7:49152".
 *
 * @param[in]  text     The record's string, NUL-terminated.
 * @param[out] address  Valid only when true is returned.
 *
 * @return true for an IP channel, false for anything else ("unix:...").
 */
bool client_address_parse_channel(const char *text,
				  struct client_address *address);

/**
 * Are two addresses the same host? A zone counts only where both have one:
 * smbd records addresses without it.
 */
bool client_address_equal(const struct client_address *a,
			  const struct client_address *b);

/**
 * The IPv4 or IPv6 address of a socket address, without its zone.
 *
 * @param[in]  in       What a resolver found.
 * @param[out] address  Valid only when true is returned.
 *
 * @return false for any other kind of address.
 */
bool client_address_from_socket(const struct sockaddr_storage *in,
				struct client_address *address);

/**
 * Is one of the addresses that host?
 */
bool client_addresses_have(const struct client_addresses *addresses,
			   const struct client_address *address);

/**
 * Add an address, unless it is there or there is no room.
 */
void client_addresses_add(struct client_addresses *addresses,
			  const struct client_address *address);

#endif
