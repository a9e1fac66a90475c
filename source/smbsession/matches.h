/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sessions of a server that --client and --user mean. */

#ifndef SMBSESSION_MATCHES_H
#define SMBSESSION_MATCHES_H

#include <stdbool.h>

#include "options.h"

struct matches {
	/* those that match; for smbsession_list_free() */
	struct smbsession_list *list;
	/* The server may know of more: it does not filter, and a client's
	 * name may mean an address that it knows and this program does not. */
	bool unsure;
};

/**
 * Find them.
 *
 * A server may filter by itself (Windows, the plugin) or send all sessions
 * whatever it is asked for (Samba without the plugin), so what it sends is
 * checked here.
 *
 * @param[out] matches  list is NULL on errors, and may be empty
 *
 * @return NERR_Success, also when there are none; NERR_ClientNameNotFound,
 *         NERR_UserNotFound for the same from servers that filter; or an error
 */
NET_API_STATUS matches_find(struct smbsession_context *context,
			    const struct options *options,
			    struct matches *matches);

#endif
