/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of smbsession. */

#ifndef SMBSESSION_OPTIONS_H
#define SMBSESSION_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/client/session_list.h"

#include "sort.h"
#include "table.h"
#include "verb.h"

struct names {
	const char **names;
	size_t count;
};

/* NULL: any */
struct pair {
	const char *client;
	const char *user;
};

struct options {
	const struct verb *verb;
	/* NULL: the local one */
	const char *server;
	/* none: any */
	struct names clients;
	struct names users;
	/* It says how to log in. */
	bool login;
	/* at least, in seconds */
	bool has_idle;
	uint32_t idle;
	struct order order;
	struct layout layout;
	bool all;
	bool yes;
	bool dry_run;
	bool json;
};

enum options_result {
	OPTIONS_OK,
	/* --help or --version was answered */
	OPTIONS_DONE,
	/* reported on standard error */
	OPTIONS_WRONG,
	OPTIONS_NO_MEMORY,
};

/**
 * Read the command line, and overwrite passwords in it.
 *
 * @param[in,out] argv     must outlive options
 * @param[in]     verbs    all commands; the last one has no name
 * @param[out]    context  gets the settings of the connection
 */
enum options_result options_read(int argc,
				 char *argv[],
				 const struct verb *verbs,
				 struct options *options,
				 struct smbsession_context *context);

/** How many pairs of a client and a user are meant; at least 1. */
size_t options_pair_count(const struct options *options);

/** Do they mean only some of the sessions? */
bool options_filter(const struct options *options);

/** One of these pairs. */
struct pair options_pair(const struct options *options, size_t number);

#endif
