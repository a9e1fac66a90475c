/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts one of Samba's programs. */

#ifndef SMBSESSION_PROGRAM_H
#define SMBSESSION_PROGRAM_H

#include <sys/types.h>

/**
 * Start a program in a session of its own. Its standard streams are /dev/null.
 *
 * @param[in] arguments   The program's path first, NULL last.
 * @param[in] end         A descriptor of ours that it gets...
 * @param[in] descriptor  ... by this number. It gets no other.
 *
 * @return its pid, or -1
 */
pid_t program_start(char *const arguments[], int end, int descriptor);

#endif
