/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a listed session one that was asked for? */

#include "name_match.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <charset.h>

#define LITERAL_SUFFIX ".ipv6-literal.net"

/* Turns "[2001:db8::7]" and Windows' "2001-db8--7.ipv6-literal.net" into
 * "2001:db8::7". */
static void normalize_address(const char *client, char *plain, size_t size)
{
	size_t length = 0;
	char *literal = NULL;

	client += strspn(client, "\\[");
	length = strcspn(client, "]");
	if (length >= size) {
		length = size - 1;
	}
	memcpy(plain, client, length);
	plain[length] = '\0';

	literal = strcasestr(plain, LITERAL_SUFFIX);
	if (literal == NULL || literal[strlen(LITERAL_SUFFIX)] != '\0') {
		return;
	}
	*literal = '\0';
	for (char *c = plain; *c != '\0'; c++) {
		if (*c == '-') {
			*c = ':';
		} else if (*c == 's') {
			*c = '%';
		}
	}
}

struct address {
	struct in6_addr ip;
	char text[128];
	/* in text, "": none */
	const char *zone;
};

/* An IPv4 address becomes its IPv4-mapped IPv6 address. The zone is "" before.
 */
static bool parse_address(const char *client, struct address *address)
{
	char *plain = address->text;
	char *zone = NULL;
	struct in_addr v4;

	normalize_address(client, plain, sizeof(address->text));
	zone = strchr(plain, '%');
	if (zone != NULL) {
		*zone = '\0';
		address->zone = zone + 1;
	}
	if (inet_pton(AF_INET, plain, &v4) == 1) {
		address->ip = (struct in6_addr){
			.s6_addr = {[10] = 0xff, [11] = 0xff}};
		memcpy(&address->ip.s6_addr[12], &v4, sizeof(v4));
		return true;
	}
	return inet_pton(AF_INET6, plain, &address->ip) == 1;
}

/* As the plugin compares them: zones differ if both have one. */
static bool addresses_match(const struct address *one,
			    const struct address *other)
{
	return memcmp(&one->ip, &other->ip, sizeof(one->ip)) == 0 &&
	       (one->zone[0] == '\0' || other->zone[0] == '\0' ||
		strcmp(one->zone, other->zone) == 0);
}

bool name_match_is_address(const char *client)
{
	struct address address = {.zone = ""};

	return parse_address(client, &address);
}

/* By characters and not by bytes: "Ä" equals "ä". */
static bool equal_ignoring_case(const char *one, const char *other)
{
	return strcasecmp_m(one, other) == 0;
}

/* Compares with the part of listed before the first dot. */
static bool equals_first_label(const char *asked, const char *listed)
{
	char *label = strdup(listed);
	bool is_same = false;

	if (label != NULL) {
		label[strcspn(label, ".")] = '\0';
		is_same = equal_ignoring_case(asked, label);
	}
	free(label);
	return is_same;
}

bool name_match_is_any(const char *asked)
{
	return asked == NULL || asked[0] == '\0';
}

static bool names_match(const char *asked, const char *listed)
{
	asked += strspn(asked, "\\");
	listed += strspn(listed, "\\");
	return equal_ignoring_case(asked, listed) ||
	       equals_first_label(asked, listed);
}

enum name_match name_match_client(const char *asked, const char *listed)
{
	struct address one = {.zone = ""};
	struct address other = {.zone = ""};
	bool is_address = false;

	if (name_match_is_any(asked)) {
		return NAME_MATCHES;
	}
	is_address = parse_address(asked, &one);
	if (listed == NULL || is_address != parse_address(listed, &other)) {
		return NAME_IN_DOUBT;
	}
	if (is_address) {
		return addresses_match(&one, &other) ? NAME_MATCHES
						     : NAME_DIFFERS;
	}
	return names_match(asked, listed) ? NAME_MATCHES : NAME_IN_DOUBT;
}

struct user_parts {
	const char *account;
	/* NULL: none */
	const char *domain;
};

/* Modifies name. */
static struct user_parts split_user(char *name)
{
	char *separator = strchr(name, '\\');

	if (separator != NULL) {
		*separator = '\0';
		return (struct user_parts){separator + 1, name};
	}
	separator = strrchr(name, '@');
	if (separator != NULL) {
		*separator = '\0';
		return (struct user_parts){name, separator + 1};
	}
	return (struct user_parts){name, NULL};
}

static bool is_dns_name(const char *domain)
{
	return strchr(domain, '.') != NULL;
}

static enum name_match match_domains(const char *asked, const char *listed)
{
	if (asked == NULL) {
		return NAME_MATCHES;
	}
	if (listed == NULL || is_dns_name(asked) != is_dns_name(listed)) {
		return NAME_IN_DOUBT;
	}
	return equal_ignoring_case(asked, listed) ? NAME_MATCHES : NAME_DIFFERS;
}

static enum name_match match_users(char *asked, char *listed)
{
	struct user_parts one = split_user(asked);
	struct user_parts other = split_user(listed);

	return equal_ignoring_case(one.account, other.account)
		       ? match_domains(one.domain, other.domain)
		       : NAME_DIFFERS;
}

enum name_match name_match_user(const char *asked, const char *listed)
{
	char *one = NULL;
	char *other = NULL;
	enum name_match match = NAME_IN_DOUBT;

	if (name_match_is_any(asked)) {
		return NAME_MATCHES;
	}
	one = strdup(asked);
	other = listed != NULL ? strdup(listed) : NULL;
	if (one != NULL && other != NULL) {
		match = match_users(one, other);
	}
	free(one);
	free(other);
	return match;
}
