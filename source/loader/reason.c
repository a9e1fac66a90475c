/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a module is left out: a phrase of limited length. */

#include "reason.h"

#include <stdarg.h>
#include <stdio.h>

void reason_set(struct reason *why, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	if (vsnprintf(why->text, sizeof(why->text), format, ap) < 0) {
		why->text[0] = '\0';
	}
	va_end(ap);
}
