/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the end of a probe and its messages say about the module. */

#include "probe_verdict.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "source/common/probe_sign.h"

/*
 * Sets a reason if ld.so reports that it could not load the module. It runs the
 * program without it then, so an exit status of 0 proves nothing.
 */
static bool explain_left_out(const char *messages,
			     const char *module,
			     struct reason *why)
{
	char needle[PATH_MAX + 64];
	const char *found = NULL;
	const char *end = NULL;

	(void)snprintf(needle,
		       sizeof(needle),
		       "object '%s' from LD_PRELOAD cannot be preloaded",
		       module);
	found = strstr(messages, needle);
	if (found == NULL) {
		return false;
	}
	found += strlen(needle);
	end = strchrnul(found, ')');
	reason_set(why,
		   "cannot be loaded%.*s%s",
		   (int)(end - found),
		   found,
		   *end == ')' ? ")" : "");
	return true;
}

/*
 * Remove the sign from the messages; false if it is not there. When a program
 * gains privileges at its start, for example through an AppArmor profile, ld.so
 * silently ignores LD_PRELOAD.
 */
static bool remove_sign(char *messages)
{
	static const char sign[] = PROBE_SIGN;
	size_t len = sizeof(sign) - 1;
	char *found = messages;

	while ((found = strstr(found, sign)) != NULL) {
		if (found == messages || found[-1] == '\n') {
			memmove(found, found + len, strlen(found + len) + 1);
			return true;
		}
		found += len;
	}
	return false;
}

/* The line that names the module, else the first one. */
static const char *find_line_about(char *messages, const char *module)
{
	char *rest = messages;
	const char *first = NULL;
	const char *line = NULL;

	while ((line = strsep(&rest, "\n")) != NULL) {
		if (strstr(line, module) != NULL) {
			return line;
		}
		if (first == NULL && line[0] != '\0') {
			first = line;
		}
	}
	return first;
}

static void explain_failure(int status,
			    char *messages,
			    const char *module,
			    struct reason *why)
{
	const char *line = NULL;

	if (WIFSIGNALED(status)) {
		reason_set(why,
			   "its probe was ended by signal %d (%s)",
			   WTERMSIG(status),
			   strsignal(WTERMSIG(status)));
		return;
	}
	if (WEXITSTATUS(status) == PROBE_WRONG_SERIES) {
		reason_set(why, "built for another Samba series");
		return;
	}
	line = find_line_about(messages, module);
	if (line != NULL) {
		reason_set(why, "its probe said: %s", line);
		return;
	}
	reason_set(why,
		   "its probe ended with exit status %d",
		   WEXITSTATUS(status));
}

bool probe_verdict(int status,
		   char *messages,
		   const char *module,
		   struct reason *why)
{
	bool has_sign = remove_sign(messages);

	if (explain_left_out(messages, module, why)) {
		return false;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		explain_failure(status, messages, module, why);
		return false;
	}
	if (!has_sign) {
		reason_set(why,
			   "something keeps it from being loaded (LD_PRELOAD "
			   "is dropped under an AppArmor profile with Px)");
		return false;
	}
	return true;
}
