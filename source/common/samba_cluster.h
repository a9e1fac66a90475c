/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a process on a cluster needs from Samba. Only a full Samba build has
 * headers for these.
 */

#ifndef SESSIONDEL_SAMBA_CLUSTER_H
#define SESSIONDEL_SAMBA_CLUSTER_H

#include "source/common/samba_types.h"
#include <tevent.h>

struct messaging_context;

/* smb.conf's "clustering" */
bool lp_clustering(void);

NTSTATUS reinit_after_fork(struct messaging_context *msg_ctx,
			   struct tevent_context *ev,
			   bool parent_longlived,
			   const char *comment);

#endif
