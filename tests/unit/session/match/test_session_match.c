/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/session/match/session_match.c: what a record says. */

#include "source/common/samba_types.h"

#include "tests/unit/table.h"

#include "libcli/security/dom_sid.h"
#include "librpc/gen_ndr/auth.h"

#include "source/session/match/session_match.h"

#define REALM "corp.example.com"

static const struct session_scope scope = {.domain = "CORP", .realm = REALM};

static void assert_text(const char *text, const char *expected)
{
	if (expected == NULL) {
		assert_null(text);
	} else {
		assert_non_null(text);
		assert_string_equal(text, expected);
	}
}

/* The names of a user */

struct domain_case {
	const char *name;
	const char *domain;
	const char *dns_domain;
	const char *expected;
};

static const struct domain_case domain_cases[] = {
	{"DNS domain: recorded", "BRANCH", "b.example", "b.example"},
	{"DNS domain: recorded for the own domain",
	 "CORP",
	 "b.example",
	 "b.example"},
	{"DNS domain: the realm for the own domain", "CORP", NULL, REALM},
	{"DNS domain: the own domain in lower case", "corp", NULL, REALM},
	{"DNS domain: empty, own domain", "CORP", "", REALM},
	{"DNS domain: none for another domain", "BRANCH", NULL, NULL},
	{"DNS domain: empty, another domain", "BRANCH", "", NULL},
	{"DNS domain: none without a domain", NULL, NULL, NULL},
};

static void test_dns_domain(void **state)
{
	const struct domain_case *c = *state;
	struct auth_user_info info = {
		.domain_name = c->domain,
		.dns_domain_name = c->dns_domain,
	};
	const struct auth_session_info session = {.info = &info};

	assert_text(session_user(&session, &scope).dns_domain, c->expected);
}

static void test_all_names_of_a_user(void **state)
{
	struct auth_user_info info = {
		.account_name = "alice",
		.domain_name = "BRANCH",
		.user_principal_name = "a.smith@b.example",
	};
	struct auth_user_info_unix unix_info = {.unix_name = "smith"};
	const struct auth_session_info session = {
		.info = &info,
		.unix_info = &unix_info,
	};
	const struct user_identity user = session_user(&session, &scope);

	(void)state;

	assert_text(user.unix_name, "smith");
	assert_text(user.account, "alice");
	assert_text(user.domain, "BRANCH");
	assert_text(user.dns_domain, NULL);
	assert_text(user.upn, "a.smith@b.example");
}

static void test_user_without_names(void **state)
{
	const struct auth_session_info session = {.info = NULL};
	const struct user_identity user = session_user(&session, &scope);

	(void)state;

	assert_null(user.unix_name);
	assert_null(user.account);
	assert_null(user.domain);
	assert_null(user.dns_domain);
	assert_null(user.upn);
}

struct display_case {
	const char *name;
	struct user_identity user;
	const char *expected;
};

static const struct display_case display_cases[] = {
	{"display name: domain and account",
	 {.unix_name = "smith", .account = "alice", .domain = "CORP"},
	 "CORP\\alice"},
	{"display name: no domain", {.account = "alice"}, "\\alice"},
	{"display name: no account",
	 {.unix_name = "nobody", .domain = "CORP"},
	 "nobody"},
	{"display name: empty account",
	 {.unix_name = "nobody", .account = "", .domain = "CORP"},
	 "nobody"},
	{"display name: nothing", {.unix_name = NULL}, ""},
};

static void test_display_name(void **state)
{
	const struct display_case *c = *state;
	char *name = session_display_name(NULL, &c->user);

	assert_text(name, c->expected);
	talloc_free(name);
}

/* The SIDs of a user */

#define SID(last)                                             \
	{                                                     \
		.sid_rev_num = 1, .num_auths = 1,             \
		.id_auth = {0, 0, 0, 0, 0, 5}, .sub_auths = { \
			last                                  \
		}                                             \
	}

static struct dom_sid sids[] = {SID(1000), SID(2), SID(11)};

static void test_first_sid_is_the_users(void **state)
{
	struct security_token token = {.num_sids = 1, .sids = sids};
	const struct auth_session_info session = {.security_token = &token};
	const struct dom_sid sid = session_user_sid(&session);

	(void)state;

	assert_true(dom_sid_equal(&sid, &sids[0]));
}

static void test_no_sid(void **state)
{
	const struct dom_sid zero = {.sid_rev_num = 0};
	struct security_token token = {.num_sids = 0, .sids = sids};
	const struct auth_session_info no_token = {.security_token = NULL};
	const struct auth_session_info no_sids = {.security_token = &token};
	const struct dom_sid from_no_token = session_user_sid(&no_token);
	const struct dom_sid from_no_sids = session_user_sid(&no_sids);

	(void)state;

	assert_memory_equal(&from_no_token, &zero, sizeof(zero));
	assert_memory_equal(&from_no_sids, &zero, sizeof(zero));
}

static void test_guests_are_not_authenticated_users(void **state)
{
	struct security_token token = {.num_sids = 3, .sids = sids};
	const struct auth_session_info session = {.security_token = &token};
	const struct auth_session_info no_token = {.security_token = NULL};

	(void)state;

	assert_false(session_user_is_guest(&session));
	token.num_sids = 2;
	assert_true(session_user_is_guest(&session));
	assert_true(session_user_is_guest(&no_token));
}

/* Channels */

static struct smbXsrv_channel_global channels[] = {
	{.remote_address = "ipv4:10.0.0.7:49152", .remote_name = "ws7"},
	{.remote_address = "ipv4:10.0.0.8:49153", .remote_name = "ws8"},
};

struct channel_case {
	const char *name;
	size_t num_channels;
	const char *asked;
	bool expected;
};

static const struct channel_case client_cases[] = {
	{"client: of the first channel", 2, "10.0.0.7", true},
	{"client: of the last channel", 2, "10.0.0.8", true},
	{"client: name of the last channel", 2, "ws8", true},
	{"client: of a channel that is gone", 1, "10.0.0.8", false},
	{"client: of no channel", 2, "10.0.0.9", false},
	{"client: no channel is left", 0, "10.0.0.7", false},
};

static void test_client(void **state)
{
	const struct channel_case *c = *state;
	const struct smbXsrv_session_global session = {
		.num_channels = c->num_channels,
		.channels = channels,
	};
	struct client_filter filter;

	assert_true(client_filter_parse(c->asked, &filter));
	assert_int_equal(session_client_matches(&session, &filter),
			 c->expected);
}

static const struct channel_case connection_cases[] = {
	{"connection: the first", 2, "ipv4:10.0.0.7:49152", true},
	{"connection: the last", 2, "ipv4:10.0.0.8:49153", true},
	{"connection: one that is gone", 1, "ipv4:10.0.0.8:49153", false},
	{"connection: another port", 2, "ipv4:10.0.0.7:49153", false},
	{"connection: unknown", 2, NULL, false},
};

static void test_connection(void **state)
{
	const struct channel_case *c = *state;
	const struct smbXsrv_session_global session = {
		.num_channels = c->num_channels,
		.channels = channels,
	};
	const struct session_scope_caller caller = {.address = c->asked};

	assert_int_equal(session_is_on_callers_connection(&session, &caller),
			 c->expected);
}

/* The caller's token */

static bool has_token(struct GUID of_session, struct GUID of_caller)
{
	struct auth_session_info auth = {.unique_session_token = of_session};
	const struct smbXsrv_session_global session = {
		.auth_session_info = &auth,
	};
	const struct session_scope_caller caller = {.token = of_caller};

	return session_has_callers_token(&session, &caller);
}

static void test_callers_token(void **state)
{
	const struct GUID one = {.time_low = 1}, two = {.time_low = 2};
	const struct GUID zero = {.time_low = 0};

	(void)state;

	assert_true(has_token(one, one));
	assert_false(has_token(one, two));
	assert_false(has_token(one, zero));
	/* unknown on both sides: it need not be the caller's own */
	assert_false(has_token(zero, zero));
}

/* The caller's login */

struct login_case {
	const char *name;
	const char *of_session;
	const char *of_caller;
	bool expected;
};

static const struct login_case login_cases[] = {
	{"login: the same", "alice", "alice", true},
	{"login: another", "alice", "bob", false},
	{"login: the session's is unknown", NULL, "alice", false},
	{"login: the caller's is unknown", "alice", NULL, false},
	{"login: both are unknown", NULL, NULL, false},
};

static void test_callers_login(void **state)
{
	const struct login_case *c = *state;
	char *name = talloc_strdup(NULL, c->of_session);
	struct auth_user_info_unix unix_info = {.sanitized_username = name};
	const struct auth_session_info session = {.unix_info = &unix_info};
	const struct auth_session_info no_info = {.unix_info = NULL};
	const struct session_scope_caller caller = {.login = c->of_caller};

	assert_int_equal(session_has_callers_login(&session, &caller),
			 c->expected);
	assert_false(session_has_callers_login(&no_info, &caller));
	talloc_free(name);
}

static const struct CMUnitTest others[] = {
	cmocka_unit_test(test_all_names_of_a_user),
	cmocka_unit_test(test_user_without_names),
	cmocka_unit_test(test_first_sid_is_the_users),
	cmocka_unit_test(test_no_sid),
	cmocka_unit_test(test_guests_are_not_authenticated_users),
	cmocka_unit_test(test_callers_token),
};

int main(void)
{
	struct table table = {.count = 0};

	TABLE_ADD(&table, domain_cases, test_dns_domain);
	TABLE_ADD(&table, display_cases, test_display_name);
	TABLE_ADD(&table, client_cases, test_client);
	TABLE_ADD(&table, connection_cases, test_connection);
	TABLE_ADD(&table, login_cases, test_callers_login);
	TABLE_ADD_TESTS(&table, others);
	return table_run(&table, "session_match");
}
