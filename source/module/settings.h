/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parameters "sessiondel:..." of smb.conf. */

#ifndef SESSIONDEL_SETTINGS_H
#define SESSIONDEL_SETTINGS_H

#include <stdbool.h>

/* settings.c has a row for each: its name in smb.conf, its default. */
enum setting {
	/* seconds that a call waits for its sessions to end */
	SETTING_TIMEOUT,
	/* where audit lines go: AUDIT_TO_LOG, AUDIT_TO_SYSLOG or both bits */
	SETTING_AUDIT,
	/* do durable handles end with their session? */
	SETTING_DURABLE_HANDLES,
	/* are computer names looked up? */
	SETTING_RESOLVE_NAMES,
	/* seconds that looking up a name may take */
	SETTING_RESOLVE_TIMEOUT,
	/* does the module serve NetrSessionEnum, instead of stock Samba? */
	SETTING_SESSION_LIST,
	SETTINGS_NUM
};

#define AUDIT_TO_LOG 1u
#define AUDIT_TO_SYSLOG 2u

/* What the log was last warned of. */
struct setting_warning {
	bool made;
	char value[64];
};

/* The worker's; all zero at first. */
struct settings {
	struct setting_warning warnings[SETTINGS_NUM];
};

/**
 * Read a setting, as Samba has loaded it at start or on SIGHUP.
 *
 * An invalid value is logged once, until it changes, and the default is used.
 *
 * @return A number, 0 or 1 for no or yes, or bits, as the setting has it.
 */
unsigned settings_read(struct settings *settings, enum setting setting);

/**
 * Parse the value of a setting.
 *
 * @return false for an invalid value, and *result is unchanged.
 */
bool settings_parse(enum setting setting, const char *value, unsigned *result);

#endif
