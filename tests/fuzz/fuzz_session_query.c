/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes source/session/match/session_query.c: the rules for arguments
 * (docs/spec.md#arguments).
 */

#include "replace.h"

#include "fuzz.h"

#include <locale.h>

#include "source/session/match/session_query.h"

enum { CLIENT_NAME, USER_NAME, NUM_FIELDS };

/* The greatest length in UTF-16, the NUL included. */
#define UNITS_MAX 1024

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;

	assert(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
	return 0;
}

/* Names come from Samba's NDR, which refuses any other text. */
static bool is_text(const char *name)
{
	return name == NULL || fuzz_is_utf8(name);
}

static bool is_empty(const char *name)
{
	return name == NULL || name[0] == '\0';
}

static bool is_refused(const char *name)
{
	size_t units = 1;
	bool control = false;
	wchar_t character;
	int len;

	while (name != NULL && (len = fuzz_character(name, &character)) > 0) {
		units += character > 0xffff ? 2 : 1;
		control = control || fuzz_is_control(character);
		name += len;
	}
	return control || units > UNITS_MAX;
}

static bool is_bad_client(const char *name)
{
	if (is_empty(name)) {
		return false;
	}
	if (strncmp(name, "\\\\", 2) == 0) {
		name += 2;
	}
	return is_empty(name) || strpbrk(name, "\\/") != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct session_query query;
	char *names[NUM_FIELDS];
	WERROR result;

	fuzz_cut(data, size, names, NUM_FIELDS);
	result = session_query_parse(frame,
				     names[CLIENT_NAME],
				     names[USER_NAME],
				     &query);
	if (is_text(names[CLIENT_NAME]) && is_text(names[USER_NAME])) {
		bool refused = is_refused(names[CLIENT_NAME]) ||
			       is_refused(names[USER_NAME]) ||
			       is_bad_client(names[CLIENT_NAME]) ||
			       (is_empty(names[CLIENT_NAME]) &&
				is_empty(names[USER_NAME]));

		assert(W_ERROR_EQUAL(result,
				     refused ? WERR_INVALID_PARAMETER
					     : WERR_OK));
	}
	if (W_ERROR_IS_OK(result)) {
		assert(query.client.name != NULL || query.user.whole != NULL);
	}
	fuzz_free(names, NUM_FIELDS);
	talloc_free(frame);
	return 0;
}
