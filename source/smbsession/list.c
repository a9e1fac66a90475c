/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smbsession list */

#include "list.h"

#include <stdio.h>
#include <stdlib.h>

#include "json.h"
#include "matches.h"
#include "screen.h"
#include "table.h"
#include "terminal.h"

static enum exit_status print_list(const struct options *options,
				   const struct json_output *output)
{
	if (options->json) {
		return json_print(options, output) ? EXIT_DONE : EXIT_OTHER;
	}
	if (output->list != NULL && !table_print(stdout,
						 output->list,
						 &options->layout,
						 terminal_width(stdout))) {
		return report_error(options,
				    ERROR_NOT_ENOUGH_MEMORY,
				    "out of memory");
	}
	return EXIT_DONE;
}

static void name_pair(const struct pair *pair)
{
	char *client = screen_text(pair->client);
	char *user = screen_text(pair->user);

	terminal_complain("in doubt:%s%s%s%s",
			  pair->client != NULL ? " --client=" : "",
			  client != NULL ? client : "",
			  pair->user != NULL ? " --user=" : "",
			  user != NULL ? user : "");
	free(client);
	free(user);
}

/* Where the options have only one pair, that one is meant. */
static enum exit_status report_in_doubt(const struct options *options,
					const struct matches *matches)
{
	enum exit_status status = report_code(ERROR_NONE_MAPPED, "");

	if (options_pair_count(options) > 1) {
		for (size_t i = 0; i < matches->in_doubt_count; i++) {
			name_pair(&matches->in_doubt[i]);
		}
	}
	return status;
}

static enum exit_status show_matches(const struct options *options,
				     const struct matches *matches)
{
	struct json_output output = {.list = &matches->found};
	enum exit_status status = EXIT_DONE;

	if (matches->in_doubt_count == 0) {
		return print_list(options, &output);
	}
	output.error = (struct failure){ERROR_NONE_MAPPED,
					report_text(ERROR_NONE_MAPPED, "")};
	if (matches->found.count == 0) {
		output.list = NULL;
	}
	status = print_list(options, &output);
	return status == EXIT_DONE ? report_in_doubt(options, matches) : status;
}

enum exit_status list_sessions(struct smbsession_context *context,
			       const struct options *options)
{
	struct matches matches;
	NET_API_STATUS code = matches_find(context, options, &matches);
	enum exit_status status = EXIT_DONE;

	if (code != NERR_Success) {
		status = report_error(options, code, matches.error_text);
	} else if (matches.found.count == 0 && matches.in_doubt_count == 0 &&
		   options_filter(options)) {
		status = report_no_match(options);
	} else {
		status = show_matches(options, &matches);
	}
	matches_free(&matches);
	return status;
}
