/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads smb.conf. */

#ifndef SMBSESSION_CONFIG_H
#define SMBSESSION_CONFIG_H

#include "context.h"

/**
 * Read smb.conf, unless that is done.
 *
 * @return ERROR_INVALID_PARAMETER if the file that the context names cannot be
 *         read, or if a line about the protection of connections is invalid or
 *         nobody knows in which section it is.
 *         What else cannot be read is noted for smbsession_warning_text().
 */
NET_API_STATUS config_load(struct smbsession_context *context);

#endif
