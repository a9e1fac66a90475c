/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the sessions that --client and --user mean. */

#ifndef SMBSESSION_MATCHES_H
#define SMBSESSION_MATCHES_H

#include <stdbool.h>

#include "options.h"

struct matches {
	/* those that match; a name that the server left out is the one asked
	 * for */
	struct smbsession_list found;
	/* For close: how many are idle, but not in found, because one call
	 * closes all of a pair of names, and another session of it is not idle.
	 */
	size_t kept;
	/* For close: others that may end with them, because the server ends
	 * whole connections, and these are from the same clients. */
	size_t bystanders;
	/* pairs of names that may mean sessions that the server lists, but it
	 * does not say so */
	struct pair *in_doubt;
	size_t in_doubt_count;
	/* as the server sent them; they own the names above */
	struct smbsession_list **lists;
	size_t list_count;
	/* of the error */
	const char *error_text;
};

/**
 * Find them. The server is asked for each client with each user.
 *
 * @param[out] matches  free it with matches_free(), also after errors
 *
 * @return NERR_Success, even if there are none or some are in doubt, or an
 * error
 */
NET_API_STATUS matches_find(struct smbsession_context *context,
			    const struct options *options,
			    struct matches *matches);

/**
 * Ask again: are all sessions idle that a call with these names would close?
 *
 * The list gets old while the user thinks about the question, and names can
 * mean more sessions than it shows with them: without a user's name, all of the
 * client.
 *
 * @param[out] idle  false also after errors
 */
NET_API_STATUS matches_are_idle(struct smbsession_context *context,
				const struct options *options,
				const struct pair *pair,
				bool *idle);

void matches_free(struct matches *matches);

#endif
