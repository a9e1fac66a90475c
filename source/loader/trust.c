/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Could anybody but root and the running user have written a file? */

#include "trust.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum trust_verdict trust_judge(const struct stat *st, uid_t running)
{
	if (st->st_uid != 0 && st->st_uid != running) {
		return TRUST_FOREIGN_OWNER;
	}
	if (st->st_mode & (S_IWGRP | S_IWOTH)) {
		return TRUST_WRITABLE_BY_OTHERS;
	}
	return TRUSTED;
}

/* Cut path down to its parent directory; false if it is "/". */
static bool cut_to_parent(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL || strcmp(path, "/") == 0) {
		return false;
	}
	slash[slash == path ? 1 : 0] = '\0';
	return true;
}

static bool is_trusted(const char *path,
		       const struct stat *st,
		       uid_t running,
		       struct reason *why)
{
	switch (trust_judge(st, running)) {
	case TRUSTED:
		return true;
	case TRUST_FOREIGN_OWNER:
		reason_set(why,
			   "not trusted, %s is owned by uid %u",
			   path,
			   (unsigned int)st->st_uid);
		return false;
	case TRUST_WRITABLE_BY_OTHERS:
		reason_set(why,
			   "not trusted, %s is writable by group or others",
			   path);
		return false;
	}
	return false;
}

bool trust_file(const char *resolved, uid_t running, struct reason *why)
{
	size_t len = strlen(resolved);
	char path[PATH_MAX];
	struct stat st;
	bool is_leaf = true;

	if (len >= sizeof(path)) {
		reason_set(why, "%s", strerror(ENAMETOOLONG));
		return false;
	}
	memcpy(path, resolved, len + 1);

	do {
		if (lstat(path, &st) == -1) {
			reason_set(why, "%s: %s", path, strerror(errno));
			return false;
		}
		if (is_leaf && !S_ISREG(st.st_mode)) {
			reason_set(why, "not a regular file");
			return false;
		}
		if (!is_trusted(path, &st, running, why)) {
			return false;
		}
		is_leaf = false;
	} while (cut_to_parent(path));

	return true;
}
