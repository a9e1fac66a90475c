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

struct word {
	const char *text;
	unsigned meaning;
};

struct setting_row {
	/* behind "sessiondel:" */
	const char *name;
	bool (*parse)(const struct setting_row *row,
		      const char *value,
		      unsigned *result);
	unsigned by_default;
	/* what a warning says of a good value */
	const char *wanted;
	/* for parse_seconds() */
	unsigned min, max;
	/* for parse_word(); the last one is NULL */
	const struct word *words;
};

static bool parse_seconds(const struct setting_row *row,
			  const char *value,
			  unsigned *result)
{
	size_t digits = strspn(value, "0123456789");
	unsigned long seconds;

	if (digits == 0 || digits > 2 || value[digits] != '\0') {
		return false;
	}
	seconds = strtoul(value, NULL, 10);
	if (seconds < row->min || seconds > row->max) {
		return false;
	}
	*result = seconds;
	return true;
}

static bool parse_boolean(const struct setting_row *row,
			  const char *value,
			  unsigned *result)
{
	bool parsed;

	(void)row;
	if (!set_boolean(value, &parsed)) {
		return false;
	}
	*result = parsed;
	return true;
}

static bool parse_word(const struct setting_row *row,
		       const char *value,
		       unsigned *result)
{
	const struct word *word = NULL;

	for (word = row->words; word->text != NULL; word++) {
		if (strcasecmp(value, word->text) == 0) {
			*result = word->meaning;
			return true;
		}
	}
	return false;
}

static const struct word audit_words[] = {
	{"log", AUDIT_TO_LOG},
	{"syslog", AUDIT_TO_SYSLOG},
	{"both", AUDIT_TO_LOG | AUDIT_TO_SYSLOG},
	{NULL, 0},
};
static const struct word durable_words[] = {
	{"close", true},
	{"keep", false},
	{NULL, 0},
};
static const struct word list_words[] = {
	{"plugin", true},
	{"stock", false},
	{NULL, 0},
};

static const struct setting_row rows[SETTINGS_NUM] = {
	/* Windows clients give up after about 21 s: waiting longer is no use */
	[SETTING_TIMEOUT] = {.name = "timeout",
			     .parse = parse_seconds,
			     .min = 1,
			     .max = 20,
			     .by_default = 10,
			     .wanted = "a number of seconds from 1 to 20"},
	[SETTING_AUDIT] = {.name = "audit",
			   .parse = parse_word,
			   .words = audit_words,
			   .by_default = AUDIT_TO_LOG | AUDIT_TO_SYSLOG,
			   .wanted = "log, syslog or both"},
	[SETTING_DURABLE_HANDLES] = {.name = "durable handles",
				     .parse = parse_word,
				     .words = durable_words,
				     .by_default = true,
				     .wanted = "close or keep"},
	[SETTING_RESOLVE_NAMES] = {.name = "resolve names",
				   .parse = parse_boolean,
				   .by_default = true,
				   .wanted = "yes or no"},
	[SETTING_RESOLVE_TIMEOUT] =
		{.name = "resolve timeout",
		 .parse = parse_seconds,
		 .min = 1,
		 .max = 10,
		 .by_default = 3,
		 .wanted = "a number of seconds from 1 to 10"},
	[SETTING_SESSION_LIST] = {.name = "session list",
				  .parse = parse_word,
				  .words = list_words,
				  .by_default = true,
				  .wanted = "plugin or stock"},
};

static void warn_once(struct setting_warning *last,
		      const struct setting_row *row,
		      const char *value)
{
	char escaped[128];

	if (last->made &&
	    strncmp(last->value, value, sizeof(last->value) - 1) == 0) {
		return;
	}
	last->made = true;
	snprintf(last->value, sizeof(last->value), "%s", value);
	DBG_ERR("sessiondel:%s = \"%s\" is not %s, using the default\n",
		row->name,
		text_escape(value, escaped, sizeof(escaped)),
		row->wanted);
}

bool settings_parse(enum setting setting, const char *value, unsigned *result)
{
	return rows[setting].parse(&rows[setting], value, result);
}

unsigned settings_read(struct settings *settings, enum setting setting)
{
	const struct setting_row *row = &rows[setting];
	const char *value = lp_parm_const_string(GLOBAL_SECTION,
						 "sessiondel",
						 row->name,
						 NULL);
	unsigned result = row->by_default;

	if (value == NULL || settings_parse(setting, value, &result)) {
		settings->warnings[setting].made = false;
	} else {
		warn_once(&settings->warnings[setting], row, value);
	}
	return result;
}
