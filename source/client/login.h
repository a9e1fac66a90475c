/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Credentials from a context's settings. */

#ifndef SMBSESSION_LOGIN_H
#define SMBSESSION_LOGIN_H

#include <stdbool.h>

#include <talloc.h>

#include "context.h"

struct cli_credentials;

/** Do the settings say who logs in, or that Kerberos is required? */
bool login_is_given(const struct smbsession_login *login);

/**
 * Make credentials. smb.conf must be loaded.
 *
 * Takes what is not set from smb.conf and the environment (USER, PASSWD,
 * PASSWD_FD, PASSWD_FILE, KRB5CCNAME), as Samba's tools do.
 *
 * @param[out] credentials  child of mem_ctx
 *
 * @return NERR_Success, or the error, which is also noted in the context
 */
NET_API_STATUS login_credentials(TALLOC_CTX *mem_ctx,
				 struct smbsession_context *context,
				 struct cli_credentials **credentials);

#endif
