/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes source/loader/probe_verdict.c: only a clean probe counts. */

#include "fuzz.h"

#include <stdio.h>
#include <sys/wait.h>

#include "source/common/probe_sign.h"
#include "source/loader/probe_verdict.h"

enum { MODULE, MESSAGES, NUM_FIELDS };

/* ld.so reports that it runs the worker without the module. */
static bool is_left_out(const char *messages, const char *module)
{
	char *report = NULL;
	bool found;

	assert(asprintf(&report,
			"object '%s' from LD_PRELOAD cannot be preloaded",
			module) != -1);
	found = strstr(messages, report) != NULL;
	free(report);
	return found;
}

/* The module reports that it is in a worker of its own series. */
static bool has_sign(const char *messages)
{
	return strncmp(messages, PROBE_SIGN, strlen(PROBE_SIGN)) == 0 ||
	       strstr(messages, "\n" PROBE_SIGN) != NULL;
}

static void check_verdict(int status, char *messages, const char *module)
{
	bool expected = WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
			has_sign(messages) && !is_left_out(messages, module);
	struct reason why;
	bool good;

	memset(&why, 0xff, sizeof(why));
	good = probe_verdict(status, messages, module, &why);
	assert(good == expected);
	if (!good) {
		size_t len = strnlen(why.text, sizeof(why.text));

		assert(len > 0 && len < sizeof(why.text));
	}
}

/* The input's first two bytes are the status of waitpid(). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *fields[NUM_FIELDS];

	if (size < 2) {
		return 0;
	}
	fuzz_cut(data + 2, size - 2, fields, NUM_FIELDS);
	if (fields[MESSAGES] != NULL) {
		check_verdict(data[0] | data[1] << 8,
			      fields[MESSAGES],
			      fields[MODULE]);
	}
	fuzz_free(fields, NUM_FIELDS);
	return 0;
}
