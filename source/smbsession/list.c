/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smbsession list */

#include "list.h"

#include <stdio.h>

#include "json.h"
#include "matches.h"
#include "table.h"
#include "terminal.h"

static enum exit_status print_list(const struct options *options,
				   const struct smbsession_list *list)
{
	struct json_output output = {.list = list};

	if (options->json) {
		return json_print(options, &output) ? EXIT_DONE : EXIT_OTHER;
	}
	if (!table_print(stdout,
			 list,
			 &options->layout,
			 terminal_width(stdout))) {
		return report_error(options,
				    ERROR_NOT_ENOUGH_MEMORY,
				    "out of memory");
	}
	return EXIT_DONE;
}

enum exit_status list_sessions(struct smbsession_context *context,
			       const struct options *options)
{
	struct matches matches;
	NET_API_STATUS code = matches_find(context, options, &matches);
	enum exit_status status = EXIT_DONE;

	if (code != NERR_Success) {
		status = report_error(options, code, matches.error_text);
	} else if (matches.found.count == 0 && options_filter(options)) {
		status = report_no_match(options);
	} else {
		status = print_list(options, &matches.found);
	}
	matches_free(&matches);
	return status;
}
