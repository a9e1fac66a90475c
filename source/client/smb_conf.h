/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines of an smb.conf. */

#ifndef SMBSESSION_SMB_CONF_H
#define SMBSESSION_SMB_CONF_H

#include <stdbool.h>

enum smb_conf_section {
	SMB_CONF_SHARE,
	SMB_CONF_GLOBAL,
	/* Its header does not end, so nobody knows which section is meant. */
	SMB_CONF_BROKEN,
};

/* How far a text has been read. */
struct smb_conf {
	/* the rest of the text, which is modified, and the NUL behind it */
	char *rest;
	char *end;
	enum smb_conf_section section;
	/* a backslash at the end of a line is part of the value */
	bool one_line_each;
};

/**
 * Get the next parameter of any section; false at the end of the text.
 *
 * @param[out] name  the line up to its =, if it is not a parameter: one
 * without a name, or a section header that does not end or has text after it
 * @param[out] value  NULL, if the line is not a parameter
 */
bool smb_conf_next(struct smb_conf *conf,
		   const char **name,
		   const char **value);

#endif
