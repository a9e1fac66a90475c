/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parse client addresses, as people and Samba write them, and compare them. */

#ifndef SESSIONDEL_CLIENT_ADDRESS_H
#define SESSIONDEL_CLIENT_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#define CLIENT_ZONE_LEN 32

struct client_address {
	/* IPv4 is stored in its IPv6-mapped form, so that both compare equal */
	struct in6_addr ip;
	char zone[CLIENT_ZONE_LEN];
};

/* More than any computer has; further addresses are ignored. */
#define CLIENT_ADDRESSES_MAX 64

/* The addresses of one name. Initialize to zero. */
struct client_addresses {
	/* who said so, as smb.conf's "name resolve order" calls it */
	const char *source;
	size_t num;
	struct client_address list[CLIENT_ADDRESSES_MAX];
};

/**
 * Parse an address as an administrator writes it
 * (docs/spec.md#which-sessions-match): "10.0.0.7", "2001:db8::7",
 * "[2001:db8::7]", "fe80::1%eth0", "::ffff:10.0.0.7" and
 * "2001-db8--7.ipv6-literal.net" ("s" stands for the "%" of a zone).
 *
 * @param[in]  text     The address, NUL-terminated.
 * @param[out] address  Valid only if true is returned.
 *
 * @return true if text is an address.
 */
bool client_address_parse(const char *text, struct client_address *address);

/**
 * Does the text begin with "ipv4:" or "ipv6:", like an IP channel's address?
 */
bool client_address_is_channel(const char *text);

/**
 * Parse a channel's address as smbd records it: "ipv4:10.0.0.7:49152".
 *
 * @param[in]  text     The recorded address, NUL-terminated.
 * @param[out] address  Valid only if true is returned.
 *
 * @return true for an IP channel, false for anything else ("unix:...").
 */
bool client_address_parse_channel(const char *text,
				  struct client_address *address);

/**
 * Are two addresses the same? Zones are compared only if both have one,
 * because smbd records addresses without a zone.
 */
bool client_address_equal(const struct client_address *a,
			  const struct client_address *b);

/**
 * Convert an IPv4 or IPv6 socket address. The zone is dropped.
 *
 * @param[in]  in       As a resolver returns it.
 * @param[out] address  Valid only if true is returned.
 *
 * @return false for any other address family.
 */
bool client_address_from_socket(const struct sockaddr_storage *in,
				struct client_address *address);

/* Bytes of an address as text, with its zone and its final NUL. */
#define CLIENT_ADDRESS_LEN (INET6_ADDRSTRLEN + CLIENT_ZONE_LEN + 1)

/**
 * Write an address as people do: "10.0.0.7", "fe80::1%eth0".
 *
 * @param[out] text  Of CLIENT_ADDRESS_LEN bytes; it is returned.
 */
const char *client_address_text(const struct client_address *address,
				char *text);

/**
 * Is the address in the list?
 */
bool client_addresses_have(const struct client_addresses *addresses,
			   const struct client_address *address);

/**
 * Add an address, unless it is in the list already or the list is full.
 */
void client_addresses_add(struct client_addresses *addresses,
			  const struct client_address *address);

#endif
