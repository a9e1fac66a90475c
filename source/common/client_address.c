/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parse client addresses, as people and Samba write them, and compare them. */

#include "client_address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define IPV6_LITERAL_SUFFIX ".ipv6-literal.net"

/* The longest text of an address and its zone, including the NUL. */
#define ADDRESS_TEXT_LEN (INET6_ADDRSTRLEN + CLIENT_ZONE_LEN)

static void map_ipv4(struct in_addr in, struct in6_addr *ip)
{
	*ip = (struct in6_addr){.s6_addr = {[10] = 0xff, [11] = 0xff}};
	memcpy(&ip->s6_addr[12], &in, sizeof(in));
}

/* text: "address" or "address%zone"; is modified */
static bool parse_plain(char *text, struct client_address *address)
{
	struct in_addr in;
	char *zone = NULL;

	*address = (struct client_address){.zone = ""};

	if (inet_pton(AF_INET, text, &in) == 1) {
		map_ipv4(in, &address->ip);
		return true;
	}

	zone = strchr(text, '%');
	if (zone != NULL) {
		size_t len = strlen(zone + 1);

		if (len == 0 || len >= sizeof(address->zone)) {
			return false;
		}
		memcpy(address->zone, zone + 1, len);
		*zone = '\0';
	}
	return inet_pton(AF_INET6, text, &address->ip) == 1;
}

/* "s" is not a hex digit, so the first one starts the zone. */
static void unfold_ipv6_literal(char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '-') {
			*text = ':';
		} else if (*text == 's' || *text == 'S') {
			*text = '%';
			return;
		}
	}
}

/* Remove the suffix from text if it is there; ignores case, as DNS does. */
static bool strip_suffix(char *text, const char *suffix)
{
	size_t len = strlen(text);
	size_t suffix_len = strlen(suffix);

	if (len < suffix_len ||
	    strcasecmp(text + len - suffix_len, suffix) != 0) {
		return false;
	}
	text[len - suffix_len] = '\0';
	return true;
}

static bool is_ipv6_text(const char *text)
{
	return strchr(text, ':') != NULL;
}

bool client_address_parse(const char *text, struct client_address *address)
{
	char copy[ADDRESS_TEXT_LEN + sizeof(IPV6_LITERAL_SUFFIX)];
	size_t len = strlen(text);

	if (len >= sizeof(copy)) {
		return false;
	}
	memcpy(copy, text, len + 1);

	if (strip_suffix(copy, IPV6_LITERAL_SUFFIX)) {
		unfold_ipv6_literal(copy);
		return is_ipv6_text(copy) && parse_plain(copy, address);
	}
	if (copy[0] == '[' && copy[len - 1] == ']') {
		copy[len - 1] = '\0';
		return is_ipv6_text(copy) && parse_plain(copy + 1, address);
	}
	return parse_plain(copy, address);
}

bool client_address_is_channel(const char *text)
{
	return text[0] == 'i' && text[1] == 'p' && text[2] == 'v' &&
	       (text[3] == '4' || text[3] == '6') && text[4] == ':';
}

bool client_address_parse_channel(const char *text,
				  struct client_address *address)
{
	char copy[ADDRESS_TEXT_LEN];
	const char *port = strrchr(text, ':');
	size_t len;

	if (!client_address_is_channel(text)) {
		return false;
	}
	text += 5;
	if (port < text) {
		return false;
	}
	len = port - text;
	if (len >= sizeof(copy)) {
		return false;
	}
	memcpy(copy, text, len);
	copy[len] = '\0';
	return parse_plain(copy, address);
}

bool client_address_equal(const struct client_address *a,
			  const struct client_address *b)
{
	if (memcmp(&a->ip, &b->ip, sizeof(a->ip)) != 0) {
		return false;
	}
	if (a->zone[0] == '\0' || b->zone[0] == '\0') {
		return true;
	}
	return strcmp(a->zone, b->zone) == 0;
}

bool client_address_from_socket(const struct sockaddr_storage *in,
				struct client_address *address)
{
	*address = (struct client_address){.zone = ""};

	if (in->ss_family == AF_INET) {
		map_ipv4(((const struct sockaddr_in *)in)->sin_addr,
			 &address->ip);
		return true;
	}
	if (in->ss_family == AF_INET6) {
		address->ip = ((const struct sockaddr_in6 *)in)->sin6_addr;
		return true;
	}
	return false;
}

bool client_addresses_have(const struct client_addresses *addresses,
			   const struct client_address *address)
{
	for (size_t i = 0; i < addresses->num; i++) {
		if (client_address_equal(&addresses->list[i], address)) {
			return true;
		}
	}
	return false;
}

void client_addresses_add(struct client_addresses *addresses,
			  const struct client_address *address)
{
	if (addresses->num < CLIENT_ADDRESSES_MAX &&
	    !client_addresses_have(addresses, address)) {
		addresses->list[addresses->num] = *address;
		addresses->num += 1;
	}
}

const char *client_address_text(const struct client_address *address,
				char *text)
{
	const bool ipv4 = IN6_IS_ADDR_V4MAPPED(&address->ip);
	size_t len;

	(void)inet_ntop(ipv4 ? AF_INET : AF_INET6,
			ipv4 ? &address->ip.s6_addr[12]
			     : &address->ip.s6_addr[0],
			text,
			CLIENT_ADDRESS_LEN);
	len = strlen(text);
	if (address->zone[0] != '\0') {
		snprintf(text + len,
			 CLIENT_ADDRESS_LEN - len,
			 "%%%s",
			 address->zone);
	}
	return text;
}
