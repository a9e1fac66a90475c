/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/session/find/session_login.c. */

#include "source/common/samba_types.h"

#include "source/session/find/session_login.h"

#include "tests/unit/table.h"
#include "tests/unit/record.h"
#include "tests/unit/record_walk.h"

#define PIPE "ipv4:10.0.0.7:49152"
#define LONGER "ipv4:10.0.0.7:491520"
#define ELSEWHERE "ipv4:10.0.0.7:49153"

#define AT(remote_address)                                       \
	.channels = {{.address = (remote_address), .name = ""}}, \
	.num_channels = 1
#define ON(number) \
	.id = __LINE__, .authenticated = true, .owner.unique_id = (number)
#define WANTED                                                           \
	{                                                                \
		ON(70001), .account = "wanted", .login = "ann", AT(PIPE) \
	}

struct login_case {
	const char *name;
	enum session_login wanted;
	/* what is known of the pipe; "ann" on PIPE unless said otherwise */
	bool no_login;
	struct record records[4];
};

static const struct login_case cases[] = {
	{"the only session", SESSION_LOGIN_KNOWN, .records = {WANTED}},
	{"others on other smbds",
	 SESSION_LOGIN_KNOWN,
	 .records = {{ON(70002), .login = "bob", AT(ELSEWHERE)},
		     WANTED,
		     {ON(70003), .login = "ann", AT(LONGER)}}},
	{"its second channel",
	 SESSION_LOGIN_KNOWN,
	 .records = {{ON(70001),
		      .account = "wanted",
		      .login = "ann",
		      .channels = {{ELSEWHERE, ""}, {PIPE, ""}},
		      .num_channels = 2}}},
	{"a log-in beside it that is not finished",
	 SESSION_LOGIN_KNOWN,
	 .records = {WANTED, {.id = 9, .owner.unique_id = 70001, AT(PIPE)}}},
	{"an empty table", SESSION_LOGIN_NONE, .records = {{.id = 0}}},
	{"nobody on the connection",
	 SESSION_LOGIN_NONE,
	 .records = {{ON(70001), .login = "ann", AT(ELSEWHERE)}}},
	{"the log-in is not finished",
	 SESSION_LOGIN_NONE,
	 .records = {{.id = 9,
		      .owner.unique_id = 70001,
		      .login = "ann",
		      AT(PIPE)}}},
	{"another login",
	 SESSION_LOGIN_NONE,
	 .records = {{ON(70001), .login = "bob", AT(PIPE)}}},
	{"another login by case",
	 SESSION_LOGIN_NONE,
	 .records = {{ON(70001), .login = "Ann", AT(PIPE)}}},
	{"a session without a login",
	 SESSION_LOGIN_NONE,
	 .records = {{ON(70001), .account = "ann", AT(PIPE)}}},
	{"a pipe without a login",
	 SESSION_LOGIN_NONE,
	 .no_login = true,
	 .records = {WANTED}},
	{"two users on the connection",
	 SESSION_LOGIN_SEVERAL,
	 .records = {WANTED, {ON(70001), .login = "bob", AT(PIPE)}}},
	{"two smbds with that address",
	 SESSION_LOGIN_SEVERAL,
	 .records = {WANTED, {ON(70002), .login = "bob", AT(PIPE)}}},
	{"another session on the smbd",
	 SESSION_LOGIN_SEVERAL,
	 .records = {{ON(70001), .login = "ann", AT(ELSEWHERE)}, WANTED}},
};

static void test_login(void **state)
{
	const struct login_case *row = *state;
	const struct session_scope_caller carrier = {
		.address = PIPE,
		.login = row->no_login ? NULL : "ann",
	};
	TALLOC_CTX *frame = talloc_new(NULL);
	struct session_table table = {.num = 0};
	struct auth_session_info *login = NULL;

	for (size_t i = 0; row->records[i].id != 0; i++) {
		table.records[table.num++] =
			record_encode(frame, &row->records[i]);
	}
	for (int unfiltered = 0; unfiltered < 2; unfiltered++) {
		table.unfiltered = unfiltered;
		assert_int_equal(
			session_login_find(frame, &table, &carrier, &login),
			row->wanted);
		if (row->wanted != SESSION_LOGIN_KNOWN) {
			assert_null(login);
			continue;
		}
		assert_string_equal(login->info->account_name, "wanted");
	}
	talloc_free(frame);
}

int main(void)
{
	static struct table table;

	TABLE_ADD(&table, cases, test_login);
	return table_run(&table, "session_login");
}
