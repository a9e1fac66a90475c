/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes source/session/match/session_prefilter.c: it changes no answer. */

#include "source/common/samba_types.h"

#include "fuzz.h"

#include "tests/unit/record.h"
#include "tests/unit/record_walk.h"

enum {
	CLIENT,
	USER,
	ACCOUNT,
	DOMAIN,
	DNS_DOMAIN,
	UPN,
	UNIX_NAME,
	ADDRESS,
	NAME,
	REALM,
	NUM_FIELDS
};

static struct record record_of(char *const fields[])
{
	return (struct record){
		.authenticated = true,
		.account = fields[ACCOUNT],
		.domain = fields[DOMAIN],
		.dns_domain = fields[DNS_DOMAIN],
		.upn = fields[UPN],
		.unix_name = fields[UNIX_NAME],
		.channels = {{fields[ADDRESS], fields[NAME]}},
		.num_channels = 1,
	};
}

static void check_filter(TALLOC_CTX *mem_ctx, char *const fields[])
{
	const struct record record = record_of(fields);
	struct session_table table = {
		.records = {record_encode(mem_ctx, &record)},
		.num = 1,
	};
	const struct session_scope scope = {
		.domain = "TESTBED",
		.realm = fields[REALM],
	};
	struct session_query query;
	size_t found;

	if (table.records[0].dsize != 0 &&
	    W_ERROR_IS_OK(session_query_parse(mem_ctx,
					      fields[CLIENT],
					      fields[USER],
					      &query))) {
		assert(filter_keeps_answer(&table, &query, &scope, &found));
		assert(filter_keeps_list(&table, &query, &scope));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	char *fields[NUM_FIELDS];

	fuzz_cut(data, size, fields, NUM_FIELDS);
	if (fields[REALM] != NULL) {
		check_filter(frame, fields);
	}
	fuzz_free(fields, NUM_FIELDS);
	talloc_free(frame);
	return 0;
}
