/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines of an smb.conf, split as Samba splits them. */

#include "smb_conf.h"

#include <ctype.h>
#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Skips empty lines, comments and the spaces before a line. */
static char *find_line(char *text, char *end)
{
	while (text < end &&
	       (is_space(*text) || *text == '#' || *text == ';')) {
		char *newline = text;

		if (!is_space(*text)) {
			newline = memchr(text, '\n', end - text);
		}
		text = newline != NULL ? newline + 1 : end;
	}
	return text;
}

/* The end of a line without a backslash that continues it; else the end. */
static char *before_backslash(const char *start, char *end)
{
	char *last = end;

	if (last > start && is_space(last[-1])) {
		last--;
	}
	return last > start && last[-1] == '\\' ? last - 1 : end;
}

/* Cuts off one line with those that continue it. Several spaces in a row
 * become one. A NUL ends its text, but not the line. */
static char *next_line(struct smb_conf *conf)
{
	char *start = find_line(conf->rest, conf->end);
	char *end = start;
	char *next = start;

	for (; next < conf->end; next++) {
		char *shorter = conf->one_line_each
					? end
					: before_backslash(start, end);

		if (*next == '\n' && shorter == end) {
			break;
		}
		if (*next == '\n') {
			end = shorter;
		} else if (end == start || !is_space(end[-1]) ||
			   !is_space(*next)) {
			*end++ = *next;
		}
	}
	conf->rest = next < conf->end ? next + 1 : next;
	if (next == start) {
		return NULL;
	}
	*end = '\0';
	return start;
}

static char *trim(char *text)
{
	size_t length = 0;

	text += is_space(*text) ? 1 : 0;
	length = strlen(text);
	if (length > 0 && is_space(text[length - 1])) {
		text[length - 1] = '\0';
	}
	return text;
}

/* To Samba, case and spaces in a section's name mean nothing. */
static bool is_section(const char *text, const char *end, const char *name)
{
	for (; text < end; text++) {
		if (is_space(*text)) {
			continue;
		}
		if (tolower((unsigned char)*text) != *name) {
			return false;
		}
		name++;
	}
	return *name == '\0';
}

/* False if more or less than a header is there: Samba ignores text after one,
 * and refuses a file with one that does not end. */
static bool begin_section(struct smb_conf *conf, char *line)
{
	char *name = line + 1;
	char *end = strchr(name, ']');

	if (end == NULL) {
		conf->section = SMB_CONF_BROKEN;
		return false;
	}
	conf->section = is_section(name, end, "global") ||
					is_section(name, end, "globals")
				? SMB_CONF_GLOBAL
				: SMB_CONF_SHARE;
	return *find_line(end + 1, strchr(end, '\0')) == '\0';
}

bool smb_conf_next(struct smb_conf *conf, const char **name, const char **value)
{
	char *line = NULL;

	while ((line = next_line(conf)) != NULL) {
		char *equals = strchr(line, '=');

		if (line[0] == '[' && begin_section(conf, line)) {
			continue;
		}
		if (line[0] != '[' && equals != NULL && equals > line) {
			*equals = '\0';
			*name = trim(line);
			*value = trim(equals + 1);
			return true;
		}
		if (equals != NULL) {
			equals[1] = '\0';
		}
		*name = trim(line);
		*value = NULL;
		if (**name != '\0') {
			return true;
		}
	}
	return false;
}
