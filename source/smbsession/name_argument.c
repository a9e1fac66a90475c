/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names on the command line. */

#include "name_argument.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include <jansson.h>

#include "source/client/name_match.h"

/* [MS-SRVS] 3.1.4.6: 1,024 with the NUL, in units of UTF-16. */
#define UNITS_MOST 1023

/* jansson checks it. Out of memory, the next step will notice. */
static bool is_utf8(const char *text)
{
	json_t *checked = json_string(text);
	json_t *unchecked = json_string_nocheck(text);
	bool valid = checked != NULL || unchecked == NULL;

	json_decref(checked);
	json_decref(unchecked);
	return valid;
}

/* Of valid UTF-8: one for each character, two for each with four bytes. */
static size_t utf16_units(const char *text)
{
	size_t units = 0;

	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		units += (byte & 0xc0) != 0x80 ? 1 : 0;
		units += byte >= 0xf0 ? 1 : 0;
	}
	return units;
}

static bool has_control(const char *text)
{
	while (*text != '\0' && iscntrl((unsigned char)*text) == 0) {
		text++;
	}
	return *text != '\0';
}

static const char *check_text(const char *text)
{
	if (text[0] == '\0') {
		return "is empty: is a variable of the shell not set?";
	}
	if (!is_utf8(text)) {
		return "is not UTF-8 text";
	}
	if (has_control(text)) {
		return "has a control character in it";
	}
	if (utf16_units(text) > UNITS_MOST) {
		return "is longer than 1023 characters";
	}
	return NULL;
}

static bool has_prefix(const char *text)
{
	return strncmp(text, "\\\\", 2) == 0 || strncmp(text, "//", 2) == 0;
}

/* "10.0.0.0/24" */
static bool is_network(const char *text)
{
	char address[64];
	size_t length = strcspn(text, "/");

	if (text[length] == '\0' || length >= sizeof(address)) {
		return false;
	}
	memcpy(address, text, length);
	address[length] = '\0';
	return name_match_is_address(address);
}

static const char *check_host(const char *bare)
{
	if (bare[0] == '\\') {
		return "has one backslash only, because the shell took the "
		       "other: use quotes, or leave out the backslashes";
	}
	if (is_network(bare)) {
		return "is a network, not a client: give the option once for "
		       "each client";
	}
	return bare[0] == '\0' || strpbrk(bare, "\\/") != NULL
		       ? "is not a name or an address"
		       : NULL;
}

static bool is_from_smbstatus(const char *text)
{
	return strncmp(text, "ipv4:", 5) == 0 || strncmp(text, "ipv6:", 5) == 0;
}

static bool is_port(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits > 0 && digits <= strlen("65535") && text[digits] == '\0';
}

/* The port is always there, and follows the last colon. */
static const char *cut_port(char *address)
{
	char *port = strrchr(address, ':');
	bool has_port = port != NULL && is_port(port + 1);

	if (has_port) {
		*port = '\0';
	}
	return has_port && name_match_is_address(address)
		       ? NULL
		       : "is not as smbstatus prints it (ipv4:ADDRESS:PORT)";
}

const char *name_argument_client(char *text, const char **bare)
{
	const char *complaint = check_text(text);

	*bare = text;
	if (complaint != NULL) {
		return complaint;
	}
	if (is_from_smbstatus(text)) {
		*bare = text + strlen("ipv4:");
		return cut_port(text + strlen("ipv4:"));
	}
	if (has_prefix(text)) {
		*bare = text + 2;
		return (*bare)[0] == '\\' ? "has too many backslashes"
					  : check_host(*bare);
	}
	return check_host(*bare);
}

const char *name_argument_user(const char *text)
{
	return check_text(text);
}

const char *name_argument_server(const char *text, const char **bare)
{
	const char *complaint = check_text(text);

	*bare = text;
	if (complaint != NULL) {
		return complaint;
	}
	*bare += strspn(text, strncmp(text, "//", 2) == 0 ? "/" : "\\");
	return (*bare)[0] == '\0' || strpbrk(*bare, "\\/") != NULL
		       ? "is not a server's name or address"
		       : NULL;
}
