/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connection of a context to the server service of one server. */

#ifndef SMBSESSION_CONNECTION_H
#define SMBSESSION_CONNECTION_H

#include <stdbool.h>

#include "context.h"

/**
 * Have the context connected, bound and logged in.
 *
 * @param[in]  servername  as for NetSessionDel()
 * @param[out] fresh       Was the connection made just now?
 *
 * @return NERR_Success, or what went wrong, also noted in the context
 */
NET_API_STATUS connection_open(struct smbsession_context *context,
			       const char *servername,
			       bool *fresh);

/** Hang up. */
void connection_close(struct smbsession_context *context);

#endif
