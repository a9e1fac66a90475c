/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What --json writes. Scripts rely on the keys, see the manual page. */

#ifndef SMBSESSION_JSON_H
#define SMBSESSION_JSON_H

#include <stddef.h>

#include "options.h"
#include "target.h"

/** Print a list. */
void json_print_list(const struct options *options,
		     const struct smbsession_list *list);

/** Print the result of closing. */
void json_print_closing(const struct options *options,
			const struct target *targets,
			size_t count);

/** Print an error that ended the command. */
void json_print_error(NET_API_STATUS code, const char *text);

#endif
