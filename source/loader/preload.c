/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The value of LD_PRELOAD that loads the module, and what was there before. */

#include "preload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool preload_can_name(const char *path)
{
	return path[0] != '\0' && strpbrk(path, ": \t\n\v\f\r$") == NULL;
}

char *preload_compose(const char *module, const char *old)
{
	char *value = NULL;

	if (old == NULL || old[0] == '\0') {
		return strdup(module);
	}
	if (asprintf(&value, "%s:%s", module, old) == -1) {
		return NULL;
	}
	return value;
}
