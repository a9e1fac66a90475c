/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parameters "sessiondel:..." of smb.conf. */

#ifndef SESSIONDEL_SETTINGS_H
#define SESSIONDEL_SETTINGS_H

#include <stdbool.h>

struct settings {
	/* sessiondel:timeout, seconds that a call waits for its sessions */
	unsigned timeout;
	/* sessiondel:audit, where the audit lines go */
	bool audit_log;
	bool audit_syslog;
};

/* A value that cannot be used is complained about once, until it changes. */
struct settings_complaint {
	bool made;
	char value[64];
};

struct settings_complaints {
	struct settings_complaint timeout;
	struct settings_complaint audit;
};

/**
 * Read the parameters as Samba has loaded them, at start or by SIGHUP.
 *
 * A value that cannot be used costs one line in the log, and the default is
 * used.
 *
 * @param[in,out] complaints  Remembers what has been said already.
 */
struct settings settings_read(struct settings_complaints *complaints);

/**
 * Parse sessiondel:timeout, whole seconds from 1 to 20.
 *
 * @return false when the value cannot be used, *timeout is untouched then.
 */
bool settings_parse_timeout(const char *value, unsigned *timeout);

/**
 * Parse sessiondel:audit: "log", "syslog" or "both".
 *
 * @return false when the value cannot be used, *s is untouched then.
 */
bool settings_parse_audit(const char *value, struct settings *s);

#endif
