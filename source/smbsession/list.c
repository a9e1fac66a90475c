/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smbsession list */

#include "list.h"

#include <stdio.h>

#include "json.h"
#include "matches.h"
#include "table.h"
#include "terminal.h"

enum exit_status list_sessions(struct smbsession_context *context,
			       const struct options *options)
{
	struct matches matches;
	NET_API_STATUS code = matches_find(context, options, &matches);
	bool filtered = options->client != NULL || options->user != NULL;

	if (code != NERR_Success) {
		return report_error(options,
				    code,
				    smbsession_error_text(context));
	}
	if (matches.list->count == 0 && filtered) {
		smbsession_list_free(matches.list);
		return report_error(options, NERR_ClientNameNotFound, "");
	}
	if (options->json) {
		json_print_list(options, matches.list);
	} else if (!table_print(stdout, matches.list, terminal_width(stdout))) {
		code = ERROR_NOT_ENOUGH_MEMORY;
		(void)report_error(options, code, "out of memory");
	}
	smbsession_list_free(matches.list);
	return report_status(code);
}
