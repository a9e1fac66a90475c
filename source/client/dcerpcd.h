/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts samba-dcerpcd, as smbd does when the first client needs it. */

#ifndef SMBSESSION_DCERPCD_H
#define SMBSESSION_DCERPCD_H

#include "context.h"

/**
 * Start it and wait until it is ready. It ends by itself when it is idle.
 *
 * @return false on errors, if smbd is stopped, and if smb.conf does not allow
 *         starting it
 */
bool dcerpcd_start(struct smbsession_context *context);

#endif
