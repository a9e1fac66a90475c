/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes a server's answer to NetrSessionEnum: through our stubs into the
 * library's list, and from there onto the screen.
 */

#include "tests/fuzz/fuzz.h"

#include <locale.h>
#include <stdio.h>

#include <ndr.h>

#include "source/client/session_entries.h"
#include "source/client/name_match.h"
#include "source/smbsession/screen.h"
#include "source/smbsession/table.h"

#include "ndr_netr_session.h"

#define WIDTH 80

static const struct ndr_interface_call *session_enum;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;

	assert(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
	session_enum = &ndr_table_netr_session.calls[NDR_NETR_SESSION_ENUM];
	return 0;
}

/* As libdcerpc does it with what the library gave it. */
static bool pull(TALLOC_CTX *mem_ctx,
		 const DATA_BLOB *stub,
		 struct netr_session_enum *call)
{
	struct ndr_pull *ndr = ndr_pull_init_blob(stub, mem_ctx);

	assert(ndr != NULL);
	return session_enum->ndr_pull(ndr, NDR_OUT, call) == NDR_ERR_SUCCESS;
}

static void check_name(const char *name)
{
	char *shown = screen_text(name);
	size_t width = screen_width(shown);

	assert(name == NULL || fuzz_is_utf8(name));
	for (const char *rest = shown; *rest != '\0';) {
		wchar_t character;
		int len = fuzz_character(rest, &character);

		assert(len > 0 && !fuzz_is_control(character));
		rest += len;
	}
	screen_shorten(shown, 8);
	assert(screen_width(shown) <= (width < 8 ? width : 8));
	free(shown);
}

static void check_entries(const struct smbsession_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct smbsession_info *entry = &list->entries[i];

		check_name(entry->client);
		check_name(entry->user);
		check_name(entry->client_type);
		check_name(entry->transport);
		if (entry->client != NULL && entry->user != NULL) {
			(void)name_match_client(entry->user, entry->client);
			(void)name_match_user(entry->client, entry->user);
		}
	}
}

/* A line for each, of which none runs over. */
static void check_table(const struct smbsession_list *list)
{
	static const struct layout any_columns = {.count = 0};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	size_t lines = 0;

	assert(out != NULL && table_print(out, list, &any_columns, WIDTH));
	assert(fclose(out) == 0);
	for (char *line = text; *line != '\0'; line += strlen(line) + 1) {
		char *end = strchr(line, '\n');

		assert(end != NULL);
		*end = '\0';
		assert(screen_width(line) <= WIDTH);
		lines += 1;
	}
	assert(lines == list->count + 1);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t levels[] = {0, 1, 2, 10, 502};
	TALLOC_CTX *frame = talloc_new(NULL);
	struct smbsession_list *list =
		talloc_zero(frame, struct smbsession_list);
	struct session_enum_struct info = {.level = 0};
	uint32_t total = 0;
	struct netr_session_enum call = {
		.out = {.info = &info, .total_entries = &total}};
	DATA_BLOB stub = data_blob_const(data, size);

	if (pull(list, &stub, &call)) {
		list->level = levels[total % 5];
		(void)session_entries_add(list, &info);
		list->level = info.level;
		assert(session_entries_add(list, &info) == 0);
		check_entries(list);
		check_table(list);
	}
	talloc_free(frame);
	return 0;
}
