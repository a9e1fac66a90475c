/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smbsession close */

#ifndef SMBSESSION_CLOSE_H
#define SMBSESSION_CLOSE_H

#include "report.h"

/** Run the command. Returns the exit status. */
enum exit_status close_sessions(struct smbsession_context *context,
				const struct options *options);

#endif
