/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line to syslog, without ever waiting for syslogd. */

#ifndef SESSIONDEL_SYSLOG_H
#define SESSIONDEL_SYSLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

/* Bytes of the longest line that is sent, its final NUL included. */
#define SESSIONDEL_SYSLOG_MAX 4096

/**
 * Write a line as local syslogds read it (RFC 3164):
 * "<PRI>Mmm dd hh:mm:ss tag[pid]: message".
 *
 * Text that does not fit is cut off, between two characters if the message is
 * UTF-8. A control character in the message becomes a question mark.
 *
 * @param[out] line      Ends with NUL, holds no newline.
 * @param[in]  size      Bytes in line, at least 1.
 * @param[in]  priority  Facility and level, as syslog(3) takes them.
 * @param[in]  when      Local time.
 *
 * @return The length of the line in bytes, without its NUL.
 */
size_t sessiondel_syslog_format(char *line,
				size_t size,
				int priority,
				const struct tm *when,
				const char *tag,
				pid_t pid,
				const char *message);

/**
 * Open a socket for any number of lines to syslogd. The caller closes it.
 *
 * @return -1 with errno on failure. Lines to -1 are not accepted.
 */
int sessiondel_syslog_socket(void);

/**
 * Send a line to the syslogd of this machine.
 *
 * syslog(3) waits if syslogd does not read its socket; this does not.
 *
 * @param[in] fd        From sessiondel_syslog_socket().
 * @param[in] priority  Facility and level, as syslog(3) takes them.
 *
 * @return false if the line was not accepted; errno says whether there is no
 *         syslogd or its queue is full.
 */
bool sessiondel_syslog_to(int fd,
			  int priority,
			  const char *tag,
			  const char *message);

/**
 * The same with a socket that is open only during the call, so the caller may
 * close all descriptors that it does not know.
 */
bool sessiondel_syslog(int priority, const char *tag, const char *message);

#endif
