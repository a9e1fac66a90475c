/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does a listed session match --client and --user, as far as can be told? */

#ifndef SMBSESSION_NAME_MATCH_H
#define SMBSESSION_NAME_MATCH_H

#include <stdbool.h>

/**
 * Is a client that was asked for the one that is listed?
 *
 * Addresses are compared as such, names without case and, where no dot is
 * asked for, by their first label. Names are not resolved.
 *
 * @param[in] asked   with or without a leading "\\"
 * @param[in] listed  as a server tells it
 */
bool name_match_client(const char *asked, const char *listed);

/**
 * Is a user who was asked for the one that is listed?
 *
 * Compared without case. Both may have a domain ("DOMAIN\user" or
 * "user@realm"); one that only one of them has is not compared.
 */
bool name_match_user(const char *asked, const char *listed);

/** Is it an address, and not a name that a server could resolve? */
bool name_match_is_address(const char *client);

#endif
