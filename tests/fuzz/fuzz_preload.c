/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes source/loader/preload.c: ld.so finds the module, and the old value. */

#include "fuzz.h"

#include "source/loader/preload.h"

enum { MODULE, OLD, NUM_FIELDS };

/* What ends an entry of LD_PRELOAD for ld.so, and what ld.so expands. */
#define SEPARATORS ": "
#define EXPANDED "$"

static void check_value(const char *module, const char *old, const char *value)
{
	size_t len = strlen(module);

	assert(strncmp(value, module, len) == 0);
	assert(strcspn(value, SEPARATORS EXPANDED) >= len);
	if (old == NULL || old[0] == '\0') {
		assert(value[len] == '\0');
	} else {
		assert(value[len] == ':');
		assert(strcmp(value + len + 1, old) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *fields[NUM_FIELDS];

	fuzz_cut(data, size, fields, NUM_FIELDS);
	if (preload_can_name(fields[MODULE])) {
		char *value = preload_compose(fields[MODULE], fields[OLD]);

		assert(value != NULL);
		check_value(fields[MODULE], fields[OLD], value);
		free(value);
	}
	fuzz_free(fields, NUM_FIELDS);
	return 0;
}
