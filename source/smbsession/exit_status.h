/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the program exits. */

#ifndef SMBSESSION_EXIT_STATUS_H
#define SMBSESSION_EXIT_STATUS_H

/* Scripts rely on these, and the manual page lists them: never change one. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_NO_MATCH = 1,
	EXIT_USAGE = 2,
	EXIT_UNREACHABLE = 3,
	EXIT_REFUSED = 4,
	EXIT_NOT_ALL = 5,
	EXIT_OTHER = 6,
	EXIT_NOT_CONFIRMED = 7,
};

#endif
