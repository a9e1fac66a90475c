/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lets libdcerpc use a local pipe that is open and past the greeting. */

#ifndef SMBSESSION_RELAY_H
#define SMBSESSION_RELAY_H

#include <talloc.h>
#include <tevent.h>

/* What libdcerpc connects to, in the relay's directory. */
#define RELAY_ENDPOINT "relay"

/**
 * Pass messages between one client and the server, while ev loops.
 *
 * libdcerpc connects to sockets by path only, and does not send the length that
 * Samba's local pipes expect before each message.
 *
 * @param[in]  server     stream socket of a message mode pipe; the relay
 *                        closes it, even on errors
 * @param[out] directory  where RELAY_ENDPOINT is, and nothing else; child
 *                        of the result
 *
 * @return The relay, which ends when freed; NULL on errors.
 */
struct relay *relay_start(TALLOC_CTX *mem_ctx,
			  struct tevent_context *ev,
			  int server,
			  const char **directory);

#endif
