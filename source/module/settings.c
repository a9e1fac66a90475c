/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parameters "sessiondel:..." of smb.conf. */

#include "replace.h"
#include "settings.h"

#include <talloc.h>

#include "lib/util/debug.h"
#include "source3/param/loadparm.h"

#include "source/session/text.h"

#define GLOBAL_SECTION (-1)

/* Windows' clients give up after about 21 s, so a longer wait helps nobody. */
#define TIMEOUT_MIN 1
#define TIMEOUT_MAX 20
#define TIMEOUT_DEFAULT 10

bool settings_parse_timeout(const char *value, unsigned *timeout)
{
	size_t digits = strspn(value, "0123456789");
	unsigned long seconds;

	if (digits == 0 || digits > 2 || value[digits] != '\0') {
		return false;
	}
	seconds = strtoul(value, NULL, 10);
	if (seconds < TIMEOUT_MIN || seconds > TIMEOUT_MAX) {
		return false;
	}
	*timeout = seconds;
	return true;
}

bool settings_parse_audit(const char *value, struct settings *s)
{
	bool both = strcasecmp(value, "both") == 0;
	bool log = both || strcasecmp(value, "log") == 0;
	bool syslog = both || strcasecmp(value, "syslog") == 0;

	if (!log && !syslog) {
		return false;
	}
	s->audit_log = log;
	s->audit_syslog = syslog;
	return true;
}

static void complain(struct settings_complaint *last,
		     const char *name,
		     const char *value,
		     const char *wanted)
{
	char escaped[128];

	if (last->made &&
	    strncmp(last->value, value, sizeof(last->value) - 1) == 0) {
		return;
	}
	last->made = true;
	snprintf(last->value, sizeof(last->value), "%s", value);
	DBG_ERR("sessiondel:%s = \"%s\" is not %s, using the default\n",
		name,
		text_escape(value, escaped, sizeof(escaped)),
		wanted);
}

struct settings settings_read(struct settings_complaints *complaints)
{
	struct settings s = {
		.timeout = TIMEOUT_DEFAULT,
		.audit_log = true,
		.audit_syslog = true,
	};
	const char *timeout = lp_parm_const_string(GLOBAL_SECTION,
						   "sessiondel",
						   "timeout",
						   NULL);
	const char *audit = lp_parm_const_string(GLOBAL_SECTION,
						 "sessiondel",
						 "audit",
						 NULL);

	if (timeout != NULL && !settings_parse_timeout(timeout, &s.timeout)) {
		complain(&complaints->timeout,
			 "timeout",
			 timeout,
			 "a number of seconds from 1 to 20");
	}
	if (audit != NULL && !settings_parse_audit(audit, &s)) {
		complain(&complaints->audit,
			 "audit",
			 audit,
			 "log, syslog or both");
	}
	return s;
}
