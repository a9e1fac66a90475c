/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What --json writes: docs/smbsession.schema.json. */

#ifndef SMBSESSION_JSON_H
#define SMBSESSION_JSON_H

#include <stddef.h>

#include "options.h"
#include "target.h"

struct json_output {
	/* NULL: there is none */
	const struct smbsession_list *list;
	/* what became of the sessions in the list, and of those that are not
	 * listed */
	const struct target *targets;
	size_t target_count;
	struct failure error;
};

/**
 * Print it.
 *
 * @return false when out of memory; this is reported on standard error
 */
bool json_print(const struct options *options,
		const struct json_output *output);

#endif
