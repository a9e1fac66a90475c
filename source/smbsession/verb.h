/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of the command line, such as "list"; main.c has the table. */

#ifndef SMBSESSION_VERB_H
#define SMBSESSION_VERB_H

#include <stdbool.h>

#include "source/client/smbsession.h"

#include "exit_status.h"

struct options;

struct verb {
	/* NULL: the end of the table */
	const char *name;
	/* for --help: the name and what may follow it */
	const char *usage;
	/* It takes --all, --yes and --dry-run, and the user must say which
	 * sessions are meant. */
	bool closes;
	/* Returns the exit status. */
	enum exit_status (*run)(struct smbsession_context *context,
				const struct options *options);
};

#endif
