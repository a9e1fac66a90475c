/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does Samba run on this machine? */

#ifndef SMBSESSION_SMBD_STATE_H
#define SMBSESSION_SMBD_STATE_H

#include <stdbool.h>

struct loadparm_context;

/** Is it certain that no smbd with this smb.conf runs? */
bool smbd_is_stopped(struct loadparm_context *lp_ctx);

#endif
