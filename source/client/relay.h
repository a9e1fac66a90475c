/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lets libdcerpc talk through a socket that is open and greeted already. */

#ifndef SMBSESSION_RELAY_H
#define SMBSESSION_RELAY_H

#include <talloc.h>
#include <tevent.h>

/* What libdcerpc connects to, in the relay's directory. */
#define RELAY_ENDPOINT "relay"

/**
 * Pass on what one client sends and gets, while ev loops.
 *
 * libdcerpc connects to sockets by their path only, and does not put a length
 * before each message, as a local named pipe of Samba wants it.
 *
 * @param[in]  server     stream socket to a message mode pipe; owned from now
 *                        on, also on errors
 * @param[out] directory  where RELAY_ENDPOINT is, nobody else's; child of the
 *                        result
 *
 * @return The relay, which ends when freed; NULL with errno on errors.
 */
struct relay *relay_start(TALLOC_CTX *mem_ctx,
			  struct tevent_context *ev,
			  int server,
			  const char **directory);

#endif
