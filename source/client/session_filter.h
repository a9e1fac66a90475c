/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filters lists of servers that do not do it themselves. */

#ifndef SMBSESSION_SESSION_FILTER_H
#define SMBSESSION_SESSION_FILTER_H

#include "session_request.h"

/**
 * Leave in an answer only the sessions of the client and user of its request.
 *
 * Windows and the plugin filter their list; what they sent stays unchanged.
 * Samba without the plugin sends all sessions, so the names in its list are
 * compared here. Sessions that are in doubt are left out.
 *
 * @param[in,out] request  its total, if entries were removed
 * @param[in,out] list     has another level if user names were needed
 *
 * @return NERR_Success; NERR_ClientNameNotFound or NERR_UserNotFound if there
 *         is none; ERROR_NONE_MAPPED if all that could be meant are in doubt;
 *         or another error
 */
NET_API_STATUS session_filter(struct smbsession_context *context,
			      struct session_request *request,
			      struct smbsession_list *list);

#endif
