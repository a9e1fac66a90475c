/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line to syslog, without ever waiting for syslogd. */

#include "syslog.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char syslog_socket[] = "/dev/log";

/* strftime's %b would follow the locale of the process. */
static const char month_names[12][4] = {
	"Jan",
	"Feb",
	"Mar",
	"Apr",
	"May",
	"Jun",
	"Jul",
	"Aug",
	"Sep",
	"Oct",
	"Nov",
	"Dec",
};

static size_t replace_controls(char *line)
{
	size_t len = 0;

	for (; line[len] != '\0'; len++) {
		unsigned char c = (unsigned char)line[len];

		if (c < 0x20 || c == 0x7f) {
			line[len] = '?';
		}
	}
	return len;
}

/* Remove the first bytes of a cut UTF-8 character from the end of the line. */
static size_t drop_half_character(char *line, size_t len)
{
	size_t lead = len;

	while (lead > 0 && ((unsigned char)line[lead - 1] & 0xc0) == 0x80) {
		lead--;
	}
	if (lead > 0 && (unsigned char)line[lead - 1] >= 0xc0) {
		len = lead - 1;
		line[len] = '\0';
	}
	return len;
}

size_t sessiondel_syslog_format(char *line,
				size_t size,
				int priority,
				const struct tm *when,
				const char *tag,
				pid_t pid,
				const char *message)
{
	int wanted;
	size_t len;

	wanted = snprintf(line,
			  size,
			  "<%d>%s %2d %02d:%02d:%02d %s[%d]: %s",
			  priority,
			  month_names[when->tm_mon % 12],
			  when->tm_mday,
			  when->tm_hour,
			  when->tm_min,
			  when->tm_sec,
			  tag,
			  (int)pid,
			  message);
	if (wanted < 0) {
		line[0] = '\0';
		return 0;
	}

	len = replace_controls(line);
	if ((size_t)wanted >= size) {
		len = drop_half_character(line, len);
	}
	return len;
}

int sessiondel_syslog_socket(void)
{
	return socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static bool send_line(int fd, const char *line, size_t len)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};

	memcpy(to.sun_path, syslog_socket, sizeof(syslog_socket));

	return sendto(fd,
		      line,
		      len,
		      MSG_NOSIGNAL,
		      (const struct sockaddr *)&to,
		      sizeof(to)) != -1;
}

bool sessiondel_syslog_to(int fd,
			  int priority,
			  const char *tag,
			  const char *message)
{
	char line[SESSIONDEL_SYSLOG_MAX];
	time_t now = time(NULL);
	struct tm when;
	size_t len;

	if (localtime_r(&now, &when) == NULL) {
		return false;
	}
	len = sessiondel_syslog_format(line,
				       sizeof(line),
				       priority,
				       &when,
				       tag,
				       getpid(),
				       message);
	return send_line(fd, line, len);
}

bool sessiondel_syslog(int priority, const char *tag, const char *message)
{
	int fd = sessiondel_syslog_socket();
	bool sent;
	int saved_errno;

	if (fd == -1) {
		return false;
	}
	sent = sessiondel_syslog_to(fd, priority, tag, message);
	saved_errno = errno;
	(void)close(fd);
	errno = saved_errno;
	return sent;
}
