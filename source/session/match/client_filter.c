/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The argument ClientName: does it match a channel? */

#include "replace.h"
#include "client_filter.h"

#include <arpa/inet.h>

#include "lib/util/charset/charset.h"

#include "source/common/text.h"

/* The longest DNS name as text, including the NUL. */
#define HOST_NAME_LEN 255

bool client_filter_parse(const char *client_name, struct client_filter *filter)
{
	*filter = (struct client_filter){.name = NULL};

	if (client_name == NULL || client_name[0] == '\0') {
		return true;
	}
	if (strncmp(client_name, "\\\\", 2) == 0) {
		client_name += 2;
	}
	if (client_name[0] == '\0' ||
	    text_find_first(client_name, '\\') != NULL ||
	    text_find_first(client_name, '/') != NULL ||
	    text_has_control(client_name)) {
		return false;
	}
	filter->name = client_name;
	filter->is_address =
		client_address_parse(client_name, &filter->address);
	return true;
}

/* inet_aton() accepts what getaddrinfo() does, except for a trailing dot. */
static bool is_number(const char *name)
{
	char copy[HOST_NAME_LEN];
	size_t len = strlen(name);
	struct in_addr in;

	memcpy(copy, name, len + 1);
	if (len != 0 && copy[len - 1] == '.') {
		copy[len - 1] = '\0';
	}
	return inet_aton(copy, &in) != 0;
}

bool client_filter_can_resolve(const struct client_filter *filter)
{
	return filter->name != NULL && !filter->is_address &&
	       strlen(filter->name) < HOST_NAME_LEN &&
	       strpbrk(filter->name, ":%") == NULL && !is_number(filter->name);
}

/* "fs7" matches the recorded "fs7.example.com" */
static bool is_first_label(const char *name, const char *recorded)
{
	const char *dot = strchr(recorded, '.');
	struct client_address address;
	char label[64];
	size_t len;

	if (dot == NULL || client_address_parse(recorded, &address)) {
		return false;
	}
	len = dot - recorded;
	if (len >= sizeof(label)) {
		return false;
	}
	memcpy(label, recorded, len);
	label[len] = '\0';
	return strcasecmp_m(name, label) == 0;
}

static bool means_address(const struct client_filter *filter,
			  const struct client_address *address)
{
	if (filter->is_address) {
		return client_address_equal(&filter->address, address);
	}
	return client_addresses_have(filter->resolved, address);
}

bool client_filter_means_channel(const struct client_filter *filter,
				 const char *remote_address)
{
	struct client_address address;

	return (filter->is_address || filter->resolved != NULL) &&
	       client_address_parse_channel(remote_address, &address) &&
	       means_address(filter, &address);
}

bool client_filter_means_name(const struct client_filter *filter,
			      const char *remote_name)
{
	return strcasecmp_m(filter->name, remote_name) == 0 ||
	       is_first_label(filter->name, remote_name);
}

bool client_filter_matches(const struct client_filter *filter,
			   const char *remote_address,
			   const char *remote_name)
{
	return filter->name == NULL ||
	       client_filter_means_channel(filter, remote_address) ||
	       client_filter_means_name(filter, remote_name);
}
