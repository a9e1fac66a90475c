/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exit statuses, and what is said of errors. */

#ifndef SMBSESSION_REPORT_H
#define SMBSESSION_REPORT_H

#include "exit_status.h"
#include "options.h"

/** The exit status for a code. */
enum exit_status report_status(NET_API_STATUS code);

/**
 * Say on standard error what a code means: "NAME: text", and a hint where
 * there is one.
 *
 * @param[in] text  where the code alone does not tell
 *
 * @return the exit status
 */
enum exit_status report_code(NET_API_STATUS code, const char *text);

/** The same for what ended a command; with --json it is an object, too. */
enum exit_status report_error(const struct options *options,
			      NET_API_STATUS code,
			      const char *text);

#endif
