/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages and questions to the user. */

#ifndef SMBSESSION_TERMINAL_H
#define SMBSESSION_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/** Write "smbsession: ..." and a newline to standard error. */
void terminal_complain(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/** Show progress if standard error is a terminal. The next call overwrites this
 * one's text. */
void terminal_progress(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/** End the line of progress, so that the next text starts a new one. */
void terminal_progress_end(void);

/** Set what to write to standard error if a signal ends the program. */
void terminal_last_words(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/** Write nothing then. */
void terminal_no_last_words(void);

/**
 * Write what is in the buffer of standard output.
 *
 * @return false, with errno, if this or an earlier call failed
 */
bool terminal_flush(void);

/**
 * Open the terminal that the program was started at, even if all its standard
 * streams are redirected.
 *
 * @return NULL: there is none
 */
FILE *terminal_open(void);

/**
 * Ask a question that can be answered by yes or no.
 *
 * @return false for anything but yes
 */
bool terminal_ask(FILE *terminal, const char *question);

/**
 * Ask for a password at the terminal, without echo. Without a terminal, read
 * a line of standard input. This is for smbsession_set_prompt().
 *
 * @return A static string; NULL if none was entered.
 */
const char *terminal_password(const char *username, void *private_data);

/** The columns of a terminal; 0: out is not a terminal. */
unsigned int terminal_width(FILE *out);

#endif
