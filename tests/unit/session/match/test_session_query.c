/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/session/match/session_query.c: which arguments are valid. */

#include "replace.h"

#include "tests/unit/table.h"

#include "source/session/match/session_query.h"

static bool memory_is_out;

/* Replaces talloc's own, so that a test can run out of memory. */
char *talloc_strndup(const void *mem_ctx, const char *text, size_t len)
{
	if (memory_is_out) {
		return NULL;
	}
	return talloc_asprintf(mem_ctx, "%.*s", (int)len, text);
}

struct argument_case {
	const char *name;
	const char *client_name;
	const char *user_name;
	/* 0, 8 or 87 */
	uint32_t result;
};

static const struct argument_case argument_cases[] = {
	{"both NULL", NULL, NULL, 87},
	{"NULL and empty", NULL, "", 87},
	{"empty and NULL", "", NULL, 87},
	{"both empty", "", "", 87},
	{"client only", "\\\\ws7", NULL, 0},
	{"client only, user empty", "\\\\ws7", "", 0},
	{"user only", NULL, "alice", 0},
	{"user only, client empty", "", "alice", 0},
	{"both", "\\\\ws7", "alice", 0},
	{"client without backslashes", "ws7", NULL, 0},
	{"client of only backslashes", "\\\\", NULL, 87},
	{"client of only backslashes, with a user", "\\\\", "alice", 87},
	{"client of one backslash, with a user", "\\", "alice", 87},
	{"client with a backslash inside", "\\\\ws7\\x", "alice", 87},
	{"client with a slash", "\\\\ws7/x", "alice", 87},
	{"client with a control character", "\\\\ws7\n", "alice", 87},
	{"user with a control character", "\\\\ws7", "ali\nce", 87},
	{"user with a control character, no client", NULL, "\x1b", 87},
	{"both malformed", "\\", "\n", 87},
	{"user with domain", NULL, "EXAMPLE\\alice", 0},
	{"user with realm", NULL, "alice@example.com", 0},
	{"user of only a backslash", NULL, "\\", 0},
	{"user with a slash", NULL, "a/b", 0},
	{"format strings", "%n%s%n", "%s%n", 0},
	{"right-to-left mark",
	 "ws\u200f7",
	 "\xe2\x80\xae"
	 "alice",
	 0},
};

static uint32_t parse(const char *client_name,
		      const char *user_name,
		      struct session_query *query)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	WERROR result;

	assert_non_null(mem_ctx);
	result = session_query_parse(mem_ctx, client_name, user_name, query);
	talloc_free(mem_ctx);
	return W_ERROR_V(result);
}

static void test_arguments(void **state)
{
	const struct argument_case *c = *state;
	struct session_query query;

	assert_int_equal(parse(c->client_name, c->user_name, &query),
			 c->result);
}

/* The name is begin, followed by count times unit. */
struct length_case {
	const char *name;
	const char *begin;
	const char *unit;
	size_t count;
	uint32_t result;
};

static const struct length_case length_cases[] = {
	{"1,023 characters and NUL", "", "a", 1023, 0},
	{"1,024 characters and NUL", "", "a", 1024, 87},
	{"1,025 characters and NUL", "", "a", 1025, 87},
	{"1,023 characters of two bytes and NUL", "", "\u00e9", 1023, 0},
	{"1,024 characters of two bytes and NUL", "", "\u00e9", 1024, 87},
	{"1,023 characters of three bytes and NUL", "", "\u20ac", 1023, 0},
	{"1,024 characters of three bytes and NUL", "", "\u20ac", 1024, 87},
	{"511 emojis of two units each and NUL", "", "\U0001f600", 511, 0},
	{"512 emojis of two units each and NUL", "", "\U0001f600", 512, 87},
	{"1 letter, 511 emojis and NUL", "a", "\U0001f600", 511, 0},
	{"2 letters, 511 emojis and NUL", "aa", "\U0001f600", 511, 87},
	{"64 KiB", "", "a", 65536, 87},
	{"64 KiB of emojis", "", "\U0001f600", 16384, 87},
};

static char *long_name(const char *begin, const char *unit, size_t count)
{
	size_t begin_len = strlen(begin);
	size_t unit_len = strlen(unit);
	char *name = malloc(begin_len + count * unit_len + 1);

	assert_non_null(name);
	memcpy(name, begin, begin_len);
	for (size_t i = 0; i < count; i++) {
		memcpy(name + begin_len + i * unit_len, unit, unit_len);
	}
	name[begin_len + count * unit_len] = '\0';
	return name;
}

static void test_length(void **state)
{
	const struct length_case *c = *state;
	char *name = long_name(c->begin, c->unit, c->count);
	struct session_query query;

	assert_int_equal(parse(name, NULL, &query), c->result);
	assert_int_equal(parse(name, "alice", &query), c->result);
	assert_int_equal(parse(NULL, name, &query), c->result);
	assert_int_equal(parse("ws7", name, &query), c->result);
	free(name);
}

static void test_leading_backslashes_count(void **state)
{
	char *longest = long_name("\\\\", "a", 1021);
	char *longer = long_name("\\\\", "a", 1022);
	struct session_query query;

	(void)state;
	assert_int_equal(parse(longest, NULL, &query), 0);
	assert_int_equal(parse(longer, NULL, &query), 87);
	free(longest);
	free(longer);
}

static void test_query_keeps_what_was_asked(void **state)
{
	struct session_query query;

	(void)state;
	assert_int_equal(parse("\\\\10.0.0.7", "alice", &query), 0);
	assert_string_equal(query.client.name, "10.0.0.7");
	assert_true(query.client.is_address);
	assert_string_equal(query.user.whole, "alice");

	assert_int_equal(parse("", "alice", &query), 0);
	assert_null(query.client.name);
	assert_int_equal(parse("ws7", "", &query), 0);
	assert_null(query.user.whole);
}

static void test_list_may_be_of_all(void **state)
{
	struct session_query query;
	TALLOC_CTX *mem_ctx = talloc_new(NULL);

	(void)state;
	assert_int_equal(
		W_ERROR_V(session_query_parse_any(mem_ctx, NULL, "", &query)),
		0);
	assert_null(query.client.name);
	assert_null(query.user.whole);
	assert_int_equal(
		W_ERROR_V(
			session_query_parse_any(mem_ctx, "\\\\", NULL, &query)),
		87);
	talloc_free(mem_ctx);
}

static void test_out_of_memory(void **state)
{
	struct session_query query;

	(void)state;
	memory_is_out = true;
	assert_int_equal(parse(NULL, "EXAMPLE\\alice", &query), 8);
	assert_int_equal(parse(NULL, "alice@example.com", &query), 8);
	memory_is_out = false;
}

static const struct CMUnitTest others[] = {
	cmocka_unit_test(test_leading_backslashes_count),
	cmocka_unit_test(test_query_keeps_what_was_asked),
	cmocka_unit_test(test_list_may_be_of_all),
	cmocka_unit_test(test_out_of_memory),
};

int main(void)
{
	struct table table = {.count = 0};

	TABLE_ADD(&table, argument_cases, test_arguments);
	TABLE_ADD(&table, length_cases, test_length);
	TABLE_ADD_TESTS(&table, others);
	return table_run(&table, "session_query");
}
