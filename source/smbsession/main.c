/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smbsession lists and closes network sessions of a server. */

#include <errno.h>
#include <locale.h>
#include <string.h>

#include "close.h"
#include "list.h"
#include "options.h"
#include "terminal.h"
#include "verb.h"

static const struct verb verbs[] = {
	{.name = "list",
	 .usage =
		 "list  [\\\\SERVER] [--client C] [--user U] [--idle DURATION]",
	 .closes = false,
	 .run = list_sessions},
	{.name = "close",
	 .usage =
		 "close [\\\\SERVER] [--client C] [--user U] [--idle DURATION] "
		 "[--all]\n"
		 "                 [--yes] [--dry-run]",
	 .closes = true,
	 .run = close_sessions},
	{.name = NULL},
};

static enum exit_status run_verb(struct smbsession_context *context,
				 int argc,
				 char *argv[])
{
	struct options options;

	switch (options_read(argc, argv, verbs, &options, context)) {
	case OPTIONS_DONE:
		return EXIT_DONE;
	case OPTIONS_WRONG:
		return EXIT_USAGE;
	case OPTIONS_NO_MEMORY:
		return EXIT_OTHER;
	case OPTIONS_OK:
		break;
	}
	return options.verb->run(context, &options);
}

int main(int argc, char *argv[])
{
	struct smbsession_context *context = smbsession_new();
	enum exit_status status = EXIT_OTHER;

	(void)setlocale(LC_ALL, "");
	if (context == NULL) {
		terminal_complain("out of memory");
		return EXIT_OTHER;
	}
	smbsession_set_prompt(context, terminal_password, NULL);
	status = run_verb(context, argc, argv);
	smbsession_free(context);
	if (!terminal_flush() && status == EXIT_DONE) {
		terminal_complain("cannot write the output: %s",
				  strerror(errno));
		return EXIT_OTHER;
	}
	return (int)status;
}
