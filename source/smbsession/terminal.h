/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said to a person and asked. */

#ifndef SMBSESSION_TERMINAL_H
#define SMBSESSION_TERMINAL_H

#include <stdbool.h>

/** Write "smbsession: ..." and a newline to standard error. */
void terminal_complain(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/** Show how far it is at the terminal, if standard error is one; the next
 * one takes the place of this one. */
void terminal_progress(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/** Have the next text begin on a line of its own. */
void terminal_progress_end(void);

/** Have this said on standard error if a signal ends the program. */
void terminal_last_words(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/** Have nothing said then. */
void terminal_no_last_words(void);

/** Is there somebody who can be asked and sees what is asked? */
bool terminal_has_person(void);

/**
 * Ask a question with yes or no for an answer on standard error.
 *
 * @return false for anything but yes
 */
bool terminal_ask(const char *question);

/**
 * Ask for a password at the terminal, without echo; where there is none, read
 * a line of standard input. For smbsession_set_prompt().
 *
 * @return Static; NULL when there was none.
 */
const char *terminal_password(const char *username, void *private_data);

/** Columns of the terminal at standard output; 0: it is none. */
unsigned int terminal_width(void);

#endif
