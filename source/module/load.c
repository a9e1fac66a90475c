/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When the module is loaded, it removes itself from LD_PRELOAD. */

#include "replace.h"

#include <dlfcn.h>

#include "source/common/probe_sign.h"

#include "abi.h"
#include "samba_host.h"

#define LD_PRELOAD_SEPARATORS ": "

/* Remove all entries of that name from a value of LD_PRELOAD, in place. */
static void remove_preload_entries(char *value, const char *name)
{
	size_t name_len = strlen(name);
	char *entry = value;

	while (*entry != '\0') {
		size_t len = strcspn(entry, LD_PRELOAD_SEPARATORS);
		char *rest = entry + len;

		if (*rest != '\0') {
			rest += 1;
		}
		if (len == name_len && strncmp(entry, name, len) == 0) {
			memmove(entry, rest, strlen(rest) + 1);
		} else {
			entry = rest;
		}
	}
}

/*
 * The worker runs scripts. Other programs than the worker would fail with this
 * module, because they lack the worker's symbols. Other entries stay.
 */
static void remove_self_from_ld_preload(void)
{
	char *value = getenv("LD_PRELOAD");
	Dl_info self;

	if (value == NULL || dladdr(remove_self_from_ld_preload, &self) == 0) {
		return;
	}
	remove_preload_entries(value, self.dli_fname);
	if (value[0] == '\0') {
		unsetenv("LD_PRELOAD");
	}
}

static void answer_probe(void)
{
	static const char sign[] = PROBE_SIGN;
	ssize_t written;

	if (!abi_series_fits(samba_version_string())) {
		_exit(PROBE_WRONG_SERIES);
	}
	written = write(STDERR_FILENO, sign, sizeof(sign) - 1);
	/* Without the sign the loader leaves the module out, as it should. */
	(void)written;
}

/* Open nothing here: the worker closes all descriptors when it starts. */
__attribute__((constructor)) static void sessiondel_load(void)
{
	remove_self_from_ld_preload();

	if (getenv(PROBE_VARIABLE) != NULL) {
		answer_probe();
	}
}
