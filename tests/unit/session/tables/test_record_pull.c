/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/session/tables/record_pull.c: damage and lack of memory. */

#include "source/common/samba_types.h"

#include <string.h>

#include "tests/unit/table.h"

#include "libcli/security/dom_sid.h"
#include "librpc/gen_ndr/auth.h"
#include "source/common/samba_records.h"
#include "source/session/tables/record_pull.h"

static const ndr_pull_flags_fn_t pull =
	(ndr_pull_flags_fn_t)ndr_pull_smbXsrv_session_globalB;

/* A session record that has a user's token. */
static TDB_DATA new_record(TALLOC_CTX *mem_ctx)
{
	struct dom_sid sids[5];
	struct security_token token = {.num_sids = 5, .sids = sids};
	struct auth_session_info auth = {.security_token = &token};
	struct smbXsrv_channel_global channel = {
		.local_address = "ipv4:10.0.0.1:445",
		.remote_address = "ipv4:10.0.0.7:49152",
		.remote_name = "10.0.0.7",
	};
	struct smbXsrv_session_global session = {
		.auth_session_info = &auth,
		.num_channels = 1,
		.channels = &channel,
	};
	const struct smbXsrv_session_globalB record = {
		.version = SMBXSRV_VERSION_CURRENT,
		.info = {.SMBXSRV_INFO = &session},
	};
	DATA_BLOB blob;

	for (size_t i = 0; i < ARRAY_SIZE(sids); i++) {
		assert_true(dom_sid_parse("S-1-5-32-545", &sids[i]));
	}
	assert_true(NDR_ERR_CODE_IS_SUCCESS(ndr_push_struct_blob(
		&blob,
		mem_ctx,
		&record,
		(ndr_push_flags_fn_t)ndr_push_smbXsrv_session_globalB)));
	return (TDB_DATA){.dptr = blob.data, .dsize = blob.length};
}

/* talloc_set_memlimit() is deprecated, but good enough for a test. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

static NTSTATUS pull_within(TDB_DATA value, size_t limit)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct smbXsrv_session_globalB record;
	NTSTATUS status;

	assert_int_equal(talloc_set_memlimit(frame, limit), 0);
	status = record_pull(frame, value, pull, &record);
	talloc_free(frame);
	return status;
}

static bool decoder_wants_memory(TDB_DATA value)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	DATA_BLOB blob = data_blob_const(value.dptr, value.dsize);
	struct smbXsrv_session_globalB record;
	enum ndr_err_code err =
		ndr_pull_struct_blob(&blob, frame, &record, pull);

	talloc_free(frame);
	return err == NDR_ERR_ALLOC;
}

static void test_whole_record(void **state)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct smbXsrv_session_globalB record;
	const struct security_token *token = NULL;

	(void)state;
	assert_true(NT_STATUS_IS_OK(
		record_pull(frame, new_record(frame), pull, &record)));
	token = record.info.SMBXSRV_INFO->auth_session_info->security_token;
	assert_int_equal(token->num_sids, 5);
	talloc_free(frame);
}

static void test_empty_record(void **state)
{
	(void)state;
	assert_true(NT_STATUS_EQUAL(pull_within((TDB_DATA){.dsize = 0}, 0),
				    NT_STATUS_NOT_FOUND));
}

/* Not even if the decoder asks for huge amounts of memory. */
static void test_damage_is_not_lack_of_memory(void **state)
{
	static const uint8_t huge[] = {0xff, 0xff, 0xff, 0x7f};
	TALLOC_CTX *frame = talloc_new(NULL);
	TDB_DATA value = new_record(frame);
	size_t times = 0;

	(void)state;
	for (size_t i = 0; i + sizeof(huge) <= value.dsize; i++) {
		TDB_DATA damaged = value;
		NTSTATUS status;

		damaged.dptr = talloc_memdup(frame, value.dptr, value.dsize);
		memcpy(damaged.dptr + i, huge, sizeof(huge));
		times += decoder_wants_memory(damaged) ? 1 : 0;
		status = pull_within(damaged, 0);
		assert_true(NT_STATUS_IS_OK(status) ||
			    NT_STATUS_EQUAL(status,
					    NT_STATUS_INTERNAL_DB_CORRUPTION));
		talloc_free(damaged.dptr);
	}
	assert_true(times > 0);
	talloc_free(frame);
}

/* At no point of the decoding. */
static void test_lack_of_memory_is_not_damage(void **state)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	TDB_DATA value = new_record(frame);
	NTSTATUS status = NT_STATUS_NO_MEMORY;
	size_t times = 0;

	(void)state;
	for (size_t limit = 1; !NT_STATUS_IS_OK(status); limit += 16) {
		status = pull_within(value, limit);
		assert_true(NT_STATUS_IS_OK(status) ||
			    NT_STATUS_EQUAL(status, NT_STATUS_NO_MEMORY));
		times += 1;
	}
	assert_true(times > 10);
	talloc_free(frame);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_record),
		cmocka_unit_test(test_empty_record),
		cmocka_unit_test(test_damage_is_not_lack_of_memory),
		cmocka_unit_test(test_lack_of_memory_is_not_damage),
	};

	return cmocka_run_group_tests_name("record_pull", tests, NULL, NULL);
}
