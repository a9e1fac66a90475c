/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the end of a probe and its messages say about the module. */

#include "probe_verdict.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "probe.h"

/*
 * ld.so leaves out what it cannot load at all and runs the program without
 * it, so an exit status of 0 proves nothing then; but it says so.
 */
static bool was_left_out(const char *messages,
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
 * Cut the sign out of the messages; false when it is not there. A program that
 * gains privileges at its start, be it by a profile of AppArmor, is run by
 * ld.so without what LD_PRELOAD names, and without a word.
 */
static bool take_sign(char *messages)
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
static const char *telling_line(char *messages, const char *module)
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
	line = telling_line(messages, module);
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
	bool signed_on = take_sign(messages);

	if (was_left_out(messages, module, why)) {
		return false;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		explain_failure(status, messages, module, why);
		return false;
	}
	if (!signed_on) {
		reason_set(why,
			   "something keeps it from being loaded (LD_PRELOAD "
			   "is dropped under an AppArmor profile with Px)");
		return false;
	}
	return true;
}
