/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a module is left out: a phrase of limited length. */

#ifndef SESSIONDEL_REASON_H
#define SESSIONDEL_REASON_H

struct reason {
	char text[1024];
};

/** Set the phrase, like printf(). Text that does not fit is cut off. */
void reason_set(struct reason *why, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
