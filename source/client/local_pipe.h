/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The named pipe \PIPE\srvsvc of the local Samba, for root. */

#ifndef SMBSESSION_LOCAL_PIPE_H
#define SMBSESSION_LOCAL_PIPE_H

#include "context.h"

/**
 * Open it, as smbd does for its clients: as root, without a password.
 *
 * Starts samba-dcerpcd if it does not run and smb.conf allows starting it
 * ("rpc start on demand helpers").
 *
 * @return A connected stream socket; -1 with errno if there is no such pipe,
 *         or if this Samba does not accept our greeting.
 */
int local_pipe_open(struct smbsession_context *context);

#endif
