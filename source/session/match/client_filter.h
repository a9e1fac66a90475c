/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The argument ClientName: does it match a channel? */

#ifndef SESSIONDEL_CLIENT_FILTER_H
#define SESSIONDEL_CLIENT_FILTER_H

#include <stdbool.h>

#include "source/common/client_address.h"

struct client_filter {
	/* NULL: any client */
	const char *name;
	bool is_address;
	struct client_address address;
	/* the addresses of the name, NULL if it was not resolved */
	const struct client_addresses *resolved;
};

/**
 * Make a filter of the argument ClientName (docs/spec.md#arguments).
 *
 * @param[in]  client_name  The argument; NULL or "" for any client. The
 *                          filter points into it.
 * @param[out] filter       Valid only if true is returned.
 *
 * @return false if the argument is malformed: only backslashes, or a
 *         backslash, slash or control character after the leading "\\".
 */
bool client_filter_parse(const char *client_name, struct client_filter *filter);

/**
 * Can the filter's name be resolved to addresses
 * (docs/spec.md#which-sessions-match)?
 *
 * Not if it is an address, or if a resolver would read it as one: "10.1",
 * "0x7f000001", anything with a colon or a zone.
 */
bool client_filter_can_resolve(const struct client_filter *filter);

/**
 * Does the client of a channel match the filter
 * (docs/spec.md#which-sessions-match)?
 *
 * @param[in] filter          From client_filter_parse(); its name may be
 *                            resolved or not.
 * @param[in] remote_address  As in the session table: "ipv4:A:PORT".
 * @param[in] remote_name     The recorded client name, or an address.
 */
bool client_filter_matches(const struct client_filter *filter,
			   const char *remote_address,
			   const char *remote_name);

/**
 * The two halves of client_filter_matches(): does the address match, does the
 * recorded name match? The filter must have a name.
 */
bool client_filter_means_channel(const struct client_filter *filter,
				 const char *remote_address);
bool client_filter_means_name(const struct client_filter *filter,
			      const char *remote_name);

#endif
