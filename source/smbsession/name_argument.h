/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names on the command line. */

#ifndef SMBSESSION_NAME_ARGUMENT_H
#define SMBSESSION_NAME_ARGUMENT_H

/* These return what is wrong, to follow the name in a sentence; or NULL. */

/**
 * Check a client.
 *
 * @param[in,out] text  "ws7", "\\ws7", "//ws7", an address in any notation, or
 *                      "ipv4:ADDRESS:PORT", as smbstatus prints it
 * @param[out]    bare  the name or address in text, without what is around it
 */
const char *name_argument_client(char *text, const char **bare);

/** Check a user. */
const char *name_argument_user(const char *text);

/**
 * Check a server.
 *
 * @param[out] bare  the part of text without the prefix
 */
const char *name_argument_server(const char *text, const char **bare);

#endif
