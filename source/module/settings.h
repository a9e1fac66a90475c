/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parameters "sessiondel:..." of smb.conf. */

#ifndef SESSIONDEL_SETTINGS_H
#define SESSIONDEL_SETTINGS_H

#include <stdbool.h>

/*
 * A value that cannot be used is complained about once, until it changes. All
 * zero to begin with.
 */
struct setting_warning {
	bool made;
	char value[64];
};

/* Where audit lines go. */
struct audit_target {
	bool log;
	bool syslog;
};

/**
 * sessiondel:timeout, as Samba has loaded it at start or by SIGHUP.
 *
 * A value that cannot be used costs one line in the log, and the default is
 * used.
 *
 * @param[in,out] warning  Remembers what has been said already.
 *
 * @return Seconds that a call waits for its sessions to end.
 */
unsigned settings_timeout(struct setting_warning *warning);

/**
 * sessiondel:audit, in the same way.
 */
struct audit_target settings_audit(struct setting_warning *warning);

/**
 * sessiondel:durable handles: whether they end with their session. In the same
 * way.
 */
bool settings_durable(struct setting_warning *warning);

/**
 * sessiondel:resolve names, in the same way.
 *
 * @return Whether computer names are looked up.
 */
bool settings_resolve_names(struct setting_warning *warning);

/**
 * sessiondel:resolve timeout, in the same way.
 *
 * @return Seconds that looking a name up may take.
 */
unsigned settings_resolve_timeout(struct setting_warning *warning);

/**
 * sessiondel:session list, in the same way.
 *
 * @return Whether the module serves NetrSessionEnum, and not stock Samba.
 */
bool settings_session_list(struct setting_warning *warning);

/**
 * Parse sessiondel:timeout, whole seconds from 1 to 20.
 *
 * @return false when the value cannot be used, *timeout is untouched then.
 */
bool settings_parse_timeout(const char *value, unsigned *timeout);

/**
 * Parse sessiondel:audit: "log", "syslog" or "both".
 *
 * @return false when the value cannot be used, *target is untouched then.
 */
bool settings_parse_audit(const char *value, struct audit_target *target);

/**
 * Parse sessiondel:durable handles: "close" or "keep".
 *
 * @return false when the value cannot be used, *end is untouched then.
 */
bool settings_parse_durable(const char *value, bool *end);

/**
 * Parse sessiondel:resolve names, a boolean in any of Samba's ways.
 *
 * @return false when the value cannot be used, *resolve is untouched then.
 */
bool settings_parse_resolve_names(const char *value, bool *resolve);

/**
 * Parse sessiondel:resolve timeout, whole seconds from 1 to 10.
 *
 * @return false when the value cannot be used, *timeout is untouched then.
 */
bool settings_parse_resolve_timeout(const char *value, unsigned *timeout);

/**
 * Parse sessiondel:session list: "plugin" or "stock".
 *
 * @return false when the value cannot be used, *ours is untouched then.
 */
bool settings_parse_session_list(const char *value, bool *ours);

#endif
