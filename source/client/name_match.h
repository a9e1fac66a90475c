/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does a listed session match --client and --user? */

#ifndef SMBSESSION_NAME_MATCH_H
#define SMBSESSION_NAME_MATCH_H

#include <stdbool.h>

/**
 * Is a listed client the one that the user asked for?
 *
 * Addresses are compared as addresses, names without case. A name without a dot
 * also matches the first label of a listed name. Names are not resolved.
 *
 * @param[in] asked   with or without a leading "\\"
 * @param[in] listed  as the server sent it
 */
bool name_match_client(const char *asked, const char *listed);

/**
 * Is a listed user the one that the user asked for?
 *
 * Compared without case. Either may have a domain ("DOMAIN\user" or
 * "user@realm"). Domains are compared only if both have one.
 */
bool name_match_user(const char *asked, const char *listed);

/** Is it an address, rather than a name that a server could resolve? */
bool name_match_is_address(const char *client);

#endif
