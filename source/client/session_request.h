/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NetrSessionEnum ([MS-SRVS] 3.1.4.5): one request. */

#ifndef SMBSESSION_SESSION_REQUEST_H
#define SMBSESSION_SESSION_REQUEST_H

#include "context.h"
#include "session_list.h"

struct session_request {
	/* as for NetSessionDel() */
	const char *server;
	/* filters for the server; NULL or "": any */
	const char *client;
	const char *user;
	uint32_t level;
	uint32_t preferred_length;
	/* Where to begin. The answer changes it. NULL: at the first. */
	uint32_t *resume_handle;
	/* set by the answer: how many entries there are from there */
	uint32_t total;
};

/**
 * Request one part of a server's list, and add it to the list.
 *
 * @param[in,out] list  its level is the request's
 *
 * @return NERR_Success; ERROR_MORE_DATA, which is not noted in the context
 *         because it is no failure; or another error
 */
NET_API_STATUS session_request_part(struct smbsession_context *context,
				    struct session_request *request,
				    struct smbsession_list *list);

/**
 * Request everything from the server's first entry on.
 *
 * @param[in]  request  preferred_length and resume_handle are not used
 * @param[out] list     what it holds is forgotten, and replaced by this
 */
NET_API_STATUS session_request_all(struct smbsession_context *context,
				   const struct session_request *request,
				   struct smbsession_list *list);

/**
 * As session_request_all(), where ERROR_MORE_DATA would mean a good part of a
 * list: ERROR_INVALID_DATA if the list breaks off. The text in the context is
 * the same.
 */
NET_API_STATUS session_request_whole_list(struct smbsession_context *context,
					  const struct session_request *request,
					  struct smbsession_list *list);

#endif
