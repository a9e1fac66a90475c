/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages and questions to the user. */

#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define DEFAULT_WIDTH 80

/* Is there a line of progress on standard error that has not ended? */
static bool in_progress;

void terminal_progress(const char *format, ...)
{
	va_list arguments;

	if (!isatty(STDERR_FILENO)) {
		return;
	}
	va_start(arguments, format);
	(void)fputc('\r', stderr);
	(void)vfprintf(stderr, format, arguments);
	va_end(arguments);
	in_progress = true;
}

void terminal_progress_end(void)
{
	if (in_progress) {
		(void)fputc('\n', stderr);
	}
	in_progress = false;
}

static char last_words[256];

static void say_last_words_and_end(int number)
{
	ssize_t written = write(STDERR_FILENO, last_words, strlen(last_words));

	(void)written;
	(void)signal(number, SIG_DFL);
	(void)raise(number);
}

static void handle_signals(void (*handler)(int))
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		/* A signal that is ignored stays ignored, as nohup(1) needs. */
		if (signal(signals[i], handler) == SIG_IGN) {
			(void)signal(signals[i], SIG_IGN);
		}
	}
}

void terminal_last_words(const char *format, ...)
{
	/* A terminal shows "^C" without a newline. */
	const char *start = isatty(STDERR_FILENO) ? "\n" : "";
	char text[192];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	/* No handler while the text is half written. */
	handle_signals(SIG_DFL);
	(void)snprintf(last_words,
		       sizeof(last_words),
		       "%ssmbsession: %s\n",
		       start,
		       text);
	handle_signals(say_last_words_and_end);
}

void terminal_no_last_words(void)
{
	handle_signals(SIG_DFL);
}

void terminal_complain(const char *format, ...)
{
	va_list arguments;

	terminal_progress_end();
	va_start(arguments, format);
	(void)fputs("smbsession: ", stderr);
	(void)vfprintf(stderr, format, arguments);
	(void)fputc('\n', stderr);
	va_end(arguments);
}

FILE *terminal_open(void)
{
	return fopen("/dev/tty", "r+e");
}

bool terminal_ask(FILE *terminal, const char *question)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length = 0;
	bool yes = false;

	/* What was typed before is no answer. */
	(void)tcflush(fileno(terminal), TCIFLUSH);
	fprintf(terminal, "%s [y/N] ", question);
	(void)fflush(terminal);
	length = getline(&line, &size, terminal);
	if (length < 0) {
		(void)fputc('\n', terminal);
	} else {
		line[strcspn(line, "\n")] = '\0';
		yes = strcasecmp(line, "y") == 0 ||
		      strcasecmp(line, "yes") == 0;
	}
	free(line);
	return yes;
}

bool terminal_flush(void)
{
	static int error;

	/* Later calls may not fail again, and would not know why. */
	if ((fflush(stdout) != 0 || ferror(stdout) != 0) && error == 0) {
		error = errno;
	}
	errno = error;
	return error == 0;
}

/* For the handler: the terminal, and its settings before the echo went off. */
static int terminal_without_echo = -1;
static struct termios settings_with_echo;

static void restore_echo_and_end(int number)
{
	(void)tcsetattr(terminal_without_echo, TCSAFLUSH, &settings_with_echo);
	(void)signal(number, SIG_DFL);
	(void)raise(number);
}

static bool switch_echo_off(int terminal)
{
	struct termios silent;

	if (tcgetattr(terminal, &settings_with_echo) != 0) {
		return false;
	}
	terminal_without_echo = terminal;
	handle_signals(restore_echo_and_end);
	silent = settings_with_echo;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	silent.c_lflag |= ECHONL;
	return tcsetattr(terminal, TCSAFLUSH, &silent) == 0;
}

static void restore_echo(int terminal)
{
	(void)tcsetattr(terminal, TCSAFLUSH, &settings_with_echo);
	handle_signals(SIG_DFL);
}

static const char *read_line(int from)
{
	static char line[1024];
	size_t length = 0;

	while (length < sizeof(line) - 1 && read(from, line + length, 1) == 1 &&
	       line[length] != '\n') {
		length++;
	}
	if (length == 0) {
		return NULL;
	}
	line[length] = '\0';
	return line;
}

const char *terminal_password(const char *username, void *private_data)
{
	int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	const char *line = NULL;

	(void)private_data;
	if (terminal < 0) {
		return read_line(STDIN_FILENO);
	}
	/* Input from before was visible. TCSAFLUSH drops it. */
	if (switch_echo_off(terminal)) {
		(void)dprintf(terminal, "Password for [%s]: ", username);
		line = read_line(terminal);
		restore_echo(terminal);
	}
	(void)close(terminal);
	return line;
}

unsigned int terminal_width(FILE *out)
{
	struct winsize size = {.ws_col = 0};

	if (!isatty(fileno(out))) {
		return 0;
	}
	if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
		return DEFAULT_WIDTH;
	}
	return size.ws_col;
}
