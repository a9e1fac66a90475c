/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Durations as people write them. */

#include "duration.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	uint32_t seconds;
	/* Any beginning of it will do, such as "min". */
	const char *name;
	const char *shortest;
} units[] = {
	{7 * 86400, "weeks", "w"},
	{86400, "days", "d"},
	{3600, "hours", "h"},
	{60, "minutes", "m"},
	{1, "seconds", "s"},
};

#define DAYS 1
#define UNITS (sizeof(units) / sizeof(units[0]))

/* 0: there is no such unit. */
static uint32_t unit_of(const char *name, size_t length)
{
	/* "mins" */
	if (length > 1 && name[length - 1] == 's') {
		length--;
	}
	for (size_t i = 0; i < UNITS; i++) {
		if (length > 0 && strncmp(units[i].name, name, length) == 0) {
			return units[i].seconds;
		}
	}
	return 0;
}

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " ");
}

static size_t letters(const char *text)
{
	size_t length = 0;

	while (isalpha((unsigned char)text[length]) != 0) {
		length++;
	}
	return length;
}

/* Reads one number with its unit. NULL: there is none. */
static const char *read_part(const char *text, uint64_t *seconds)
{
	char *end = NULL;
	unsigned long number = strtoul(text, &end, 10);
	const char *unit = skip_blanks(end);
	size_t length = letters(unit);
	uint32_t factor = unit_of(unit, length);

	if (isdigit((unsigned char)*text) == 0 || number >= DURATION_UNKNOWN ||
	    factor == 0) {
		return NULL;
	}
	*seconds += (uint64_t)number * factor;
	return *seconds < DURATION_UNKNOWN ? skip_blanks(unit + length) : NULL;
}

static bool is_number(const char *text)
{
	return text[strspn(text, "0123456789")] == '\0';
}

bool duration_read(const char *text, uint32_t *seconds)
{
	char with_unit[16];
	uint64_t total = 0;

	text = skip_blanks(text);
	if (is_number(text) && strlen(text) < sizeof(with_unit) - 1) {
		(void)snprintf(with_unit, sizeof(with_unit), "%ss", text);
		text = with_unit;
	}
	do {
		text = read_part(text, &total);
	} while (text != NULL && *text != '\0');
	*seconds = (uint32_t)total;
	return text != NULL;
}

void duration_write(uint32_t seconds, char out[24])
{
	size_t first = DAYS;
	uint32_t rest = 0;

	if (seconds == DURATION_UNKNOWN) {
		(void)snprintf(out, 24, "-");
		return;
	}
	while (first < UNITS - 1 && seconds < units[first].seconds) {
		first++;
	}
	rest = seconds % units[first].seconds;
	if (first < UNITS - 1 && rest >= units[first + 1].seconds) {
		(void)snprintf(out,
			       24,
			       "%u%s%u%s",
			       seconds / units[first].seconds,
			       units[first].shortest,
			       rest / units[first + 1].seconds,
			       units[first + 1].shortest);
	} else {
		(void)snprintf(out,
			       24,
			       "%u%s",
			       seconds / units[first].seconds,
			       units[first].shortest);
	}
}
