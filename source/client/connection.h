/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A context's connection to the server service of one server. */

#ifndef SMBSESSION_CONNECTION_H
#define SMBSESSION_CONNECTION_H

#include <stdbool.h>

#include "context.h"

/**
 * Connect the context, log in and bind, unless that is done.
 *
 * @param[in]  servername  as for NetSessionDel()
 * @param[out] fresh       Is the connection new?
 *
 * @return NERR_Success, or the error, which is also noted in the context
 */
NET_API_STATUS connection_open(struct smbsession_context *context,
			       const char *servername,
			       bool *fresh);

/** Hang up. */
void connection_close(struct smbsession_context *context);

#endif
