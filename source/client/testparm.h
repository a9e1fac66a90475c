/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks testparm for the configuration that smbd has. */

#ifndef SMBSESSION_TESTPARM_H
#define SMBSESSION_TESTPARM_H

#include "context.h"

/**
 * Have testparm(1) read an smb.conf with all that it refers to.
 *
 * @return The section [global], with one line for each parameter; NULL if
 *         testparm cannot read everything or is not installed.
 */
char *testparm_output(struct smbsession_context *context,
		      TALLOC_CTX *mem_ctx,
		      const char *path);

#endif
