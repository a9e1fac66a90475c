/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a listed session one that was asked for? */

#include "name_match.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <charset.h>

#include "source/common/client_address.h"

static bool parse_address(const char *client, struct client_address *address)
{
	return client_address_parse(client + strspn(client, "\\"), address);
}

bool name_match_is_address(const char *client)
{
	struct client_address address;

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
	struct client_address one;
	struct client_address other;
	bool is_address = false;

	if (name_match_is_any(asked)) {
		return NAME_MATCHES;
	}
	is_address = parse_address(asked, &one);
	if (listed == NULL || is_address != parse_address(listed, &other)) {
		return NAME_IN_DOUBT;
	}
	if (is_address) {
		return client_address_equal(&one, &other) ? NAME_MATCHES
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
