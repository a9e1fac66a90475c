/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/session/match/session_prefilter.c: no answer changes. */

#include "source/common/samba_types.h"

#include "tests/unit/table.h"
#include "tests/unit/record.h"
#include "tests/unit/record_walk.h"

#include "lib/util/charset/charset.h"

#include "source/session/match/session_prefilter.h"

/* The sanitizer takes eight times as long. */
#ifdef __SANITIZE_ADDRESS__
#define ROUNDS 4000
#else
#define ROUNDS 40000
#endif

/* The bytes of a record before this are its versions and its id. */
#define ID_END 24

/* A pseudo-random sequence of numbers, the same in every run. */
static uint32_t random_below(uint32_t limit)
{
	static uint64_t state = 7;

	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(state >> 33) % limit;
}

#define PICK(list) ((list)[random_below(ARRAY_SIZE(list))])

/* Pairs and triples that differ only by case, some with different lengths. */
static const char *const letters[] = {
	"a",	  "A",	    "b",	  "i",	    "I",      "\u0130",
	"\u0131", "k",	    "K",	  "\u212a", "s",      "\u017f",
	"\u00e9", "\u00c9", "\u0434",	  "\u0414", "\u03c3", "\u03c2",
	"\u03a3", "\u00df", "\u1e9e",	  "\u01c5", "\u01c6", "\u2126",
	"\u03c9", "~",	    ".",	  "@",	    "1",      "\U00010428",
	"$",	  " ",	    "\U00010400", "\u4e2d", "-",      "\uff21",
};

static const char *const addresses[] = {
	"ipv4:10.0.0.7:49152",
	"ipv4:10.0.0.70:1",
	"ipv6:2001:db8::7:49152",
	"ipv6:2001:0DB8:0:0::7:1",
	"ipv6:fe80::1%eth0:445",
	"ipv6:fe80::1:445",
	"ipv6:::ffff:10.0.0.7:22",
	"unix:/run/socket",
	"ipv4:::ffff:a00:7:1",
	"ipv6:fe80::1%e~\u0434:1",
};

static const char *const clients[] = {
	"10.0.0.7",
	"\\\\10.0.0.70",
	"::ffff:10.0.0.7",
	"2001:db8::7",
	"[2001:DB8::7]",
	"2001-db8--7.ipv6-literal.net",
	"fe80::1%eth0",
	"fe80::1%eth1",
	"fe80--1seth0.ipv6-literal.net",
	"fe80::1%e~\u0434",
	"unix:/run/socket",
	"10.0.0.1",
};

/* Short, so that two of them often differ only by case. */
static const char *random_name(TALLOC_CTX *mem_ctx)
{
	char *name = talloc_strdup(mem_ctx, "");

	for (uint32_t i = random_below(3); i != UINT32_MAX; i--) {
		name = talloc_strdup_append(name, PICK(letters));
	}
	return name;
}

static const char *random_or_null(TALLOC_CTX *mem_ctx)
{
	return random_below(4) != 0 ? random_name(mem_ctx) : NULL;
}

static const char *joined(TALLOC_CTX *mem_ctx, const char *separator)
{
	return talloc_asprintf(mem_ctx,
			       "%s%s%s",
			       random_name(mem_ctx),
			       separator,
			       random_name(mem_ctx));
}

static struct record_channel random_channel(TALLOC_CTX *mem_ctx)
{
	return (struct record_channel){
		.address = PICK(addresses),
		.name = random_below(2) != 0 ? random_name(mem_ctx)
					     : joined(mem_ctx, "."),
	};
}

/* Often the same as another record's. */
static const char *random_account(TALLOC_CTX *mem_ctx)
{
	return random_below(4) != 0 ? random_or_null(mem_ctx) : PICK(letters);
}

static struct record random_record(TALLOC_CTX *mem_ctx, uint32_t id)
{
	return (struct record){
		.id = id,
		.authenticated = random_below(8) != 0,
		.token = {.time_low = random_below(4)},
		.rid = random_below(3),
		.account = random_account(mem_ctx),
		.domain = random_or_null(mem_ctx),
		.dns_domain = random_or_null(mem_ctx),
		.upn = random_below(2) != 0 ? joined(mem_ctx, "@") : NULL,
		.unix_name = random_below(2) != 0 ? random_or_null(mem_ctx)
						  : joined(mem_ctx, "\\"),
		.channels = {random_channel(mem_ctx), random_channel(mem_ctx)},
		.num_channels = 1 + random_below(2),
	};
}

static const char *random_user(TALLOC_CTX *mem_ctx)
{
	switch (random_below(4)) {
	case 0:
		return NULL;
	case 1:
		return joined(mem_ctx, "\\");
	case 2:
		return joined(mem_ctx, "@");
	default:
		return random_name(mem_ctx);
	}
}

static const char *random_client(TALLOC_CTX *mem_ctx)
{
	switch (random_below(4)) {
	case 0:
		return NULL;
	case 1:
		return random_name(mem_ctx);
	default:
		return PICK(clients);
	}
}

/*
 * Change a few bytes. Most records can still be decoded, with other names. The
 * ids do not change: they are keys and must be unique.
 */
static void damage(TDB_DATA bytes)
{
	while (random_below(2) != 0) {
		bytes.dptr[ID_END + random_below(bytes.dsize - ID_END)] = PICK((
			(const uint8_t[]){0x00, 0x01, 0x41, 0xc0, 0xc1, 0xff}));
	}
}

static void fill(TALLOC_CTX *mem_ctx, struct session_table *table)
{
	*table = (struct session_table){.num = 1 + random_below(RECORDS_MAX)};

	for (size_t i = 0; i < table->num; i++) {
		const struct record record = random_record(mem_ctx, i);

		table->records[i] = record_encode(mem_ctx, &record);
		assert_int_not_equal(table->records[i].dsize, 0);
		if (random_below(4) == 0) {
			damage(table->records[i]);
		}
	}
}

static void test_same_answer_as_without(void **state)
{
	const struct session_scope scope = {
		.domain = "a",
		.realm = "i.k",
		.caller = {.token = {.time_low = 1}, .address = addresses[0]},
	};
	size_t all_found = 0;
	size_t held_back = 0;

	(void)state;

	for (size_t i = 0; i < ROUNDS; i++) {
		TALLOC_CTX *frame = talloc_new(NULL);
		struct session_table table;
		struct session_query query;
		size_t found;

		fill(frame, &table);
		if (W_ERROR_IS_OK(session_query_parse(frame,
						      random_client(frame),
						      random_user(frame),
						      &query))) {
			assert_true(filter_keeps_answer(&table,
							&query,
							&scope,
							&found));
			assert_true(filter_keeps_list(&table, &query, &scope));
			all_found += found;
			held_back += table.held_back;
		}
		talloc_free(frame);
	}
	/* sessions were found, and records were held back */
	assert_true(all_found >= ROUNDS / 10);
	assert_true(held_back >= ROUNDS);
}

static const struct record alice = {
	.authenticated = true,
	.account = "alice",
	.domain = "EXAMPLE",
	.unix_name = "EXAMPLE\\alice",
	.upn = "a.smith@example.com",
	.channels = {{"ipv4:10.0.0.7:49152", "desk7.example.com"}},
	.num_channels = 1,
};

/* A walk spends its time on decoding, so other records are held back. */
static const struct verdict_case {
	const char *name;
	const char *client;
	const char *user;
	bool may_match;
} verdict_cases[] = {
	{"account", NULL, "ALICE", true},
	{"unix name", NULL, "example\\alice", true},
	{"domain and account", NULL, "other\\alice", true},
	{"UPN", NULL, "A.Smith@example.COM", true},
	{"account and realm", NULL, "alice@corp.test", true},
	{"longer user", NULL, "alice2", false},
	{"shorter user", NULL, "alic", false},
	{"other user", NULL, "bob", false},
	{"Cyrillic user", NULL, "\u0430lice", false},
	{"address", "10.0.0.7", NULL, true},
	{"mapped address", "::ffff:10.0.0.7", NULL, true},
	{"longer address", "10.0.0.70", NULL, false},
	{"shorter address", "10.0.0", NULL, false},
	{"other address", "2001:db8::7", NULL, false},
	{"recorded name", "DESK7.example.com", NULL, true},
	{"first label", "desk7", NULL, true},
	{"two labels", "desk7.example", NULL, false},
	{"end of a name", "example.com", NULL, false},
	{"longer name", "desk77", NULL, false},
	{"both", "desk7", "alice", true},
	{"right user, other client", "desk8", "alice", false},
	{"right client, other user", "desk7", "bob", false},
};

static void check_verdict(void **state)
{
	const struct verdict_case *row = *state;
	TALLOC_CTX *frame = talloc_new(NULL);
	TDB_DATA bytes = record_encode(frame, &alice);
	struct session_query query;

	assert_true(W_ERROR_IS_OK(
		session_query_parse(frame, row->client, row->user, &query)));
	assert_int_equal(session_prefilter_user(&query.user, bytes) &&
				 session_prefilter_client(&query.client, bytes),
			 row->may_match);
	talloc_free(frame);
}

/* Nothing is read past the end of a record. */
static void test_cut_records_have_no_names(void **state)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	TDB_DATA bytes = record_encode(frame, &alice);
	const struct user_filter filter = {.whole = "nobody"};

	(void)state;

	for (size_t size = 0; size <= bytes.dsize; size++) {
		TDB_DATA cut = {
			.dptr = talloc_memdup(frame, bytes.dptr, size),
			.dsize = size,
		};

		assert_false(session_prefilter_user(&filter, cut));
	}
	talloc_free(frame);
}

/* Random bytes can look like a string, but that is no reason to decode. */
static void test_no_utf8_is_no_name(void **state)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	const struct record record = {
		.authenticated = true,
		.account = "alice",
		.channels = {{"", ""}},
		.num_channels = 1,
	};
	TDB_DATA bytes = record_encode(frame, &record);
	const struct user_filter filter = {.whole = "alice"};
	uint8_t *name = memmem(bytes.dptr, bytes.dsize, "alice", 5);

	(void)state;

	assert_true(session_prefilter_user(&filter, bytes));
	*name = 0xff;
	assert_false(session_prefilter_user(&filter, bytes));
	*name = 'a';
	/* the rest of this character is not there */
	name[4] = 0xe4;
	assert_false(session_prefilter_user(&filter, bytes));
	talloc_free(frame);
}

/* As the decoder converts them. */
static void test_names_are_in_the_unix_charset(void **state)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	const struct record record = {
		.authenticated = true,
		.account = "j\u00fcrgen",
		.channels = {{"", ""}},
		.num_channels = 1,
	};
	TDB_DATA bytes = record_encode(frame, &record);
	const struct user_filter filter = {.whole = "j\xfcrgen"};

	(void)state;

	assert_false(session_prefilter_user(&filter, bytes));
	assert_non_null(reinit_iconv_handle(NULL, "ASCII", "ISO-8859-1"));
	assert_true(session_prefilter_user(&filter, bytes));
	assert_non_null(reinit_iconv_handle(NULL, "ASCII", "UTF-8"));
	talloc_free(frame);
}

/* What a string's header, text and length must be (see NDR's rules there). */
static const struct string_case {
	const char *name;
	uint32_t size, length;
	const char *text;
	bool is_string;
} string_cases[] = {
	{"a string", 6, 6, "alice", true},
	{"a string of a larger array", 8, 6, "alice", true},
	{"longer than its array", 5, 6, "alice", false},
	{"no NUL at the end", 5, 5, "alice", false},
	{"longer than the record", 100, 100, "alice", false},
};

/* One word, a string's header, and the string. */
static void check_string(void **state)
{
	const struct string_case *row = *state;
	const uint32_t words[] = {0,
				  htole32(row->size),
				  0,
				  htole32(row->length)};
	const struct user_filter filter = {.whole = "alice"};
	uint8_t *bytes = talloc_zero_array(NULL, uint8_t, sizeof(words) + 8);
	TDB_DATA record = {.dptr = bytes, .dsize = sizeof(words) + 6};

	assert_non_null(bytes);
	memcpy(bytes, words, sizeof(words));
	memcpy(bytes + sizeof(words), row->text, strlen(row->text));
	assert_int_equal(session_prefilter_user(&filter, record),
			 row->is_string);
	talloc_free(bytes);
}

/* A header is in the record as a whole. */
static void test_nothing_is_read_before_a_record(void **state)
{
	const uint32_t header[] = {htole32(6), 0, htole32(6)};
	const struct user_filter filter = {.whole = "alice"};
	uint8_t bytes[sizeof(header) + 8] = {0};

	(void)state;

	memcpy(bytes, header, sizeof(header));
	memcpy(bytes + sizeof(header), "alice", 6);
	for (size_t start = 4; start <= sizeof(header); start += 4) {
		TDB_DATA record = {
			.dptr = bytes + start,
			.dsize = sizeof(bytes) - start,
		};

		assert_false(session_prefilter_user(&filter, record));
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_nothing_is_read_before_a_record),
	cmocka_unit_test(test_same_answer_as_without),
	cmocka_unit_test(test_no_utf8_is_no_name),
	cmocka_unit_test(test_names_are_in_the_unix_charset),
	cmocka_unit_test(test_cut_records_have_no_names),
};

int main(void)
{
	static struct table table;

	TABLE_ADD(&table, verdict_cases, check_verdict);
	TABLE_ADD(&table, string_cases, check_string);
	TABLE_ADD_TESTS(&table, tests);
	return table_run(&table, "session_prefilter");
}
