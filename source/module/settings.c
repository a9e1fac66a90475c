/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parameters "sessiondel:..." of smb.conf. */

#include "replace.h"
#include "settings.h"

#include <talloc.h>

#include "lib/util/debug.h"
#include "lib/util/samba_util.h"
#include "source3/param/loadparm.h"

#include "source/common/text.h"

#define GLOBAL_SECTION (-1)

/* Windows' clients give up after about 21 s, so a longer wait helps nobody. */
#define TIMEOUT_MIN 1
#define TIMEOUT_MAX 20
#define TIMEOUT_DEFAULT 10

#define RESOLVE_TIMEOUT_MIN 1
#define RESOLVE_TIMEOUT_MAX 10
#define RESOLVE_TIMEOUT_DEFAULT 3

static bool parse_seconds(const char *value,
			  unsigned min,
			  unsigned max,
			  unsigned *result)
{
	size_t digits = strspn(value, "0123456789");
	unsigned long seconds;

	if (digits == 0 || digits > 2 || value[digits] != '\0') {
		return false;
	}
	seconds = strtoul(value, NULL, 10);
	if (seconds < min || seconds > max) {
		return false;
	}
	*result = seconds;
	return true;
}

bool settings_parse_timeout(const char *value, unsigned *timeout)
{
	return parse_seconds(value, TIMEOUT_MIN, TIMEOUT_MAX, timeout);
}

bool settings_parse_resolve_timeout(const char *value, unsigned *timeout)
{
	return parse_seconds(value,
			     RESOLVE_TIMEOUT_MIN,
			     RESOLVE_TIMEOUT_MAX,
			     timeout);
}

bool settings_parse_resolve_names(const char *value, bool *resolve)
{
	return set_boolean(value, resolve);
}

bool settings_parse_audit(const char *value, struct audit_target *target)
{
	bool both = strcasecmp(value, "both") == 0;
	bool log = both || strcasecmp(value, "log") == 0;
	bool syslog = both || strcasecmp(value, "syslog") == 0;

	if (!log && !syslog) {
		return false;
	}
	*target = (struct audit_target){.log = log, .syslog = syslog};
	return true;
}

bool settings_parse_durable(const char *value, bool *end)
{
	bool close = strcasecmp(value, "close") == 0;

	if (!close && strcasecmp(value, "keep") != 0) {
		return false;
	}
	*end = close;
	return true;
}

bool settings_parse_session_list(const char *value, bool *ours)
{
	bool plugin = strcasecmp(value, "plugin") == 0;

	if (!plugin && strcasecmp(value, "stock") != 0) {
		return false;
	}
	*ours = plugin;
	return true;
}

static const char *raw_value(const char *name)
{
	return lp_parm_const_string(GLOBAL_SECTION, "sessiondel", name, NULL);
}

/* good: there is no value, or it was one of those that are wanted. */
static void warn_once(struct setting_warning *last,
		      const char *name,
		      const char *value,
		      bool good,
		      const char *wanted)
{
	char escaped[128];

	if (good) {
		last->made = false;
		return;
	}
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

unsigned settings_timeout(struct setting_warning *warning)
{
	const char *value = raw_value("timeout");
	unsigned timeout = TIMEOUT_DEFAULT;
	bool good = value == NULL || settings_parse_timeout(value, &timeout);

	warn_once(warning,
		  "timeout",
		  value,
		  good,
		  "a number of seconds from 1 to 20");
	return timeout;
}

struct audit_target settings_audit(struct setting_warning *warning)
{
	const char *value = raw_value("audit");
	struct audit_target target = {.log = true, .syslog = true};
	bool good = value == NULL || settings_parse_audit(value, &target);

	warn_once(warning, "audit", value, good, "log, syslog or both");
	return target;
}

bool settings_durable(struct setting_warning *warning)
{
	const char *value = raw_value("durable handles");
	bool end = true;
	bool good = value == NULL || settings_parse_durable(value, &end);

	warn_once(warning, "durable handles", value, good, "close or keep");
	return end;
}

bool settings_resolve_names(struct setting_warning *warning)
{
	const char *value = raw_value("resolve names");
	bool resolve = true;
	bool good =
		value == NULL || settings_parse_resolve_names(value, &resolve);

	warn_once(warning, "resolve names", value, good, "yes or no");
	return resolve;
}

unsigned settings_resolve_timeout(struct setting_warning *warning)
{
	const char *value = raw_value("resolve timeout");
	unsigned timeout = RESOLVE_TIMEOUT_DEFAULT;
	bool good = value == NULL ||
		    settings_parse_resolve_timeout(value, &timeout);

	warn_once(warning,
		  "resolve timeout",
		  value,
		  good,
		  "a number of seconds from 1 to 10");
	return timeout;
}

bool settings_session_list(struct setting_warning *warning)
{
	const char *value = raw_value("session list");
	bool ours = true;
	bool good = value == NULL || settings_parse_session_list(value, &ours);

	warn_once(warning, "session list", value, good, "plugin or stock");
	return ours;
}
