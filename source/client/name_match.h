/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a listed session one that was asked for? */

#ifndef SMBSESSION_NAME_MATCH_H
#define SMBSESSION_NAME_MATCH_H

#include <stdbool.h>

enum name_match {
	NAME_DIFFERS,
	/* The list does not say it. */
	NAME_IN_DOUBT,
	NAME_MATCHES,
};

/**
 * Is a listed client the one that was asked for?
 *
 * Addresses are compared as addresses, names without case. A name without a dot
 * also matches the first label of a listed name. Names are not resolved: what a
 * name that is not listed stands for is in doubt.
 *
 * @param[in] asked   with or without a leading "\\"
 * @param[in] listed  as the server sent it, or NULL
 */
enum name_match name_match_client(const char *asked, const char *listed);

/**
 * Is a listed user the one that was asked for?
 *
 * Compared without case. Either may have a domain ("DOMAIN\user" or
 * "user@realm"). If one is asked for, the match is in doubt if none is listed,
 * or if one of the two is a NetBIOS name and the other a DNS name.
 *
 * @param[in] listed  as the server sent it, or NULL
 */
enum name_match name_match_user(const char *asked, const char *listed);

/** NULL and "" are asked for to get any client or user. Each listed one
 * matches.
 */
bool name_match_is_any(const char *asked);

/** Is it an address, rather than a name that a server could resolve? */
bool name_match_is_address(const char *client);

#endif
