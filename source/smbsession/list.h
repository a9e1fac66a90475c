/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smbsession list */

#ifndef SMBSESSION_LIST_H
#define SMBSESSION_LIST_H

#include "report.h"

/** Run the command. Returns the exit status. */
enum exit_status list_sessions(struct smbsession_context *context,
			       const struct options *options);

#endif
