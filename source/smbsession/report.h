/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an error code means: the exit status, a text, a hint. */

#ifndef SMBSESSION_REPORT_H
#define SMBSESSION_REPORT_H

#include "exit_status.h"
#include "options.h"

/** The exit status for a code. */
enum exit_status report_status(NET_API_STATUS code);

/** What a code means; text is the library's, for codes that have none here. */
const char *report_text(NET_API_STATUS code, const char *text);

/**
 * Print on standard error what a code means: "NAME: text", and a hint if there
 * is one.
 *
 * @param[in] text  the library's, for codes that have none here
 *
 * @return the exit status
 */
enum exit_status report_code(NET_API_STATUS code, const char *text);

/** The same for an error that ends a command; --json also prints an object. */
enum exit_status report_error(const struct options *options,
			      NET_API_STATUS code,
			      const char *text);

/** The same where nothing is what the options ask for. */
enum exit_status report_no_match(const struct options *options);

#endif
