/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samba's functions for clusters. Only a full Samba build has the headers. */

#ifndef SESSIONDEL_SAMBA_CLUSTER_H
#define SESSIONDEL_SAMBA_CLUSTER_H

#include "source/common/samba_types.h"
#include <tevent.h>

struct messaging_context;

/* smb.conf's "clustering" */
bool lp_clustering(void);

/* Later series take no comment and set no title. */
NTSTATUS reinit_after_fork(struct messaging_context *msg_ctx,
			   struct tevent_context *ev,
			   bool parent_longlived,
			   const char *comment);

#endif
