/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the sessions that --client and --user mean. */

#ifndef SMBSESSION_MATCHES_H
#define SMBSESSION_MATCHES_H

#include <stdbool.h>

#include "options.h"

struct matches {
	/* those that match; free it with smbsession_list_free() */
	struct smbsession_list *list;
	/* There may be more: the server does not filter, and it may resolve
	 * the client's name to an address that this program does not know. */
	bool unsure;
};

/**
 * Find them.
 *
 * Windows and the plugin filter their list. Samba without the plugin sends all
 * sessions, so the list is filtered here.
 *
 * @param[out] matches  list is NULL on errors, and may be empty
 *
 * @return NERR_Success, even if there are none; NERR_ClientNameNotFound or
 *         NERR_UserNotFound from a server that filters; or another error
 */
NET_API_STATUS matches_find(struct smbsession_context *context,
			    const struct options *options,
			    struct matches *matches);

#endif
