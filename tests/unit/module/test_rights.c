/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/module/rights.c: who may end sessions, who may not. */

#include "replace.h"

#include "tests/unit/table.h"

#include "libcli/security/dom_sid.h"

#include "source/module/rights.h"

#define MAX_SIDS 16

#define DOMAIN "S-1-5-21-1004336348-1177238915-682003330"

#define EVERYONE "S-1-1-0"
#define NETWORK "S-1-5-2"
#define ANONYMOUS "S-1-5-7"
#define AUTHENTICATED_USERS "S-1-5-11"
#define SYSTEM "S-1-5-18"
#define ADMINISTRATORS "S-1-5-32-544"
#define USERS "S-1-5-32-545"
#define GUESTS "S-1-5-32-546"
#define SERVER_OPERATORS "S-1-5-32-549"

/* What every token of an authenticated user holds. */
#define SOMEBODY \
	DOMAIN "-1104", DOMAIN "-513", EVERYONE, NETWORK, AUTHENTICATED_USERS

/* What the token of a guest holds. */
#define GUEST DOMAIN "-501", DOMAIN "-514", EVERYONE, NETWORK, GUESTS

static bool may_with_sids(const char *const *texts,
			  size_t count,
			  bool unix_root)
{
	struct dom_sid sids[MAX_SIDS];

	assert_true(count <= MAX_SIDS);
	for (size_t i = 0; i < count; i++) {
		assert_true(dom_sid_parse(texts[i], &sids[i]));
	}
	return rights_may_end_sessions(sids, count, unix_root);
}

/* The names of BUILTIN's groups, [MS-DTYP] 2.4.2.4. */
struct builtin_case {
	const char *name;
	uint32_t rid;
	bool allowed;
};

static const struct builtin_case builtin_cases[] = {
	{"Administrators", 544, true},
	{"Users", 545, false},
	{"Guests", 546, false},
	{"Power Users", 547, false},
	{"Account Operators", 548, false},
	{"Server Operators", 549, true},
	{"Print Operators", 550, false},
	{"Backup Operators", 551, false},
	{"Replicator", 552, false},
	{"RAS Servers", 553, false},
	{"Pre-Windows 2000 Compatible Access", 554, false},
	{"Remote Desktop Users", 555, false},
	{"Network Configuration Operators", 556, false},
	{"Incoming Forest Trust Builders", 557, false},
	{"Performance Monitor Users", 558, false},
	{"Performance Log Users", 559, false},
	{"Windows Authorization Access Group", 560, false},
	{"Terminal Server License Servers", 561, false},
	{"Distributed COM Users", 562, false},
	{"IIS_IUSRS", 568, false},
	{"Cryptographic Operators", 569, false},
	{"Event Log Readers", 573, false},
	{"Certificate Service DCOM Access", 574, false},
	{"RDS Remote Access Servers", 575, false},
	{"RDS Endpoint Servers", 576, false},
	{"RDS Management Servers", 577, false},
	{"Hyper-V Administrators", 578, false},
	{"Access Control Assistance Operators", 579, false},
	{"Remote Management Users", 580, false},
	{"System Managed Accounts Group", 581, false},
	{"Storage Replica Administrators", 582, false},
	{"Device Owners", 583, false},
};

static bool may_with_builtin(uint32_t rid)
{
	char group[32];
	const char *sids[] = {SOMEBODY, group};

	(void)snprintf(group, sizeof(group), "S-1-5-32-%u", rid);
	return may_with_sids(sids, ARRAY_SIZE(sids), false);
}

static void test_builtin(void **state)
{
	const struct builtin_case *c = *state;

	assert_int_equal(may_with_builtin(c->rid), c->allowed);
}

struct token_case {
	const char *name;
	const char *sids[MAX_SIDS];
	bool unix_root;
	bool allowed;
};

static const struct token_case token_cases[] = {
	{"an empty token", {NULL}, false, false},
	{"an empty token of unix root", {NULL}, true, false},
	{"somebody", {SOMEBODY}, false, false},
	{"a user", {SOMEBODY, USERS}, false, false},
	{"an administrator", {SOMEBODY, USERS, ADMINISTRATORS}, false, true},
	{"a server operator", {SOMEBODY, SERVER_OPERATORS}, false, true},
	{"administrator and server operator",
	 {SOMEBODY, SERVER_OPERATORS, ADMINISTRATORS},
	 false,
	 true},
	{"administrator and guest",
	 {SOMEBODY, ADMINISTRATORS, GUESTS},
	 false,
	 true},
	{"Administrators as the first SID",
	 {ADMINISTRATORS, SOMEBODY},
	 false,
	 true},
	{"Server Operators as the first SID",
	 {SERVER_OPERATORS, SOMEBODY},
	 false,
	 true},
	{"Authenticated Users as the last SID",
	 {ADMINISTRATORS, AUTHENTICATED_USERS},
	 false,
	 true},
	{"every group of the refused operators",
	 {SOMEBODY,
	  "S-1-5-32-547",
	  "S-1-5-32-548",
	  "S-1-5-32-550",
	  "S-1-5-32-551"},
	 false,
	 false},

	{"only Domain Admins", {SOMEBODY, DOMAIN "-512"}, false, false},
	{"Domain Admins as Samba has them",
	 {SOMEBODY, DOMAIN "-512", ADMINISTRATORS},
	 false,
	 true},
	{"only Enterprise and Schema Admins",
	 {SOMEBODY, DOMAIN "-519", DOMAIN "-518"},
	 false,
	 false},
	{"only the Administrator account",
	 {DOMAIN "-500", AUTHENTICATED_USERS},
	 false,
	 false},

	{"local system", {SYSTEM}, false, true},
	{"local system as Samba has it",
	 {SYSTEM, ADMINISTRATORS, EVERYONE, AUTHENTICATED_USERS},
	 true,
	 true},
	{"local system as the last SID", {EVERYONE, SYSTEM}, false, true},
	{"local service", {"S-1-5-19", AUTHENTICATED_USERS}, false, false},
	{"network service", {"S-1-5-20", AUTHENTICATED_USERS}, false, false},
	{"a SID below local system's", {SOMEBODY, "S-1-5-18-1"}, false, false},

	{"unix root, authenticated", {SOMEBODY}, true, true},
	{"unix root, not authenticated",
	 {"S-1-22-1-0", EVERYONE, NETWORK},
	 true,
	 false},
	{"unix root, guest", {GUEST}, true, false},
	{"unix root, anonymous", {ANONYMOUS, EVERYONE, NETWORK}, true, false},
	{"only the SIDs of unix root",
	 {SOMEBODY, "S-1-22-1-0", "S-1-22-2-0"},
	 false,
	 false},

	{"anonymous", {ANONYMOUS, EVERYONE, NETWORK}, false, false},
	{"anonymous mapped to an administrator",
	 {ANONYMOUS, EVERYONE, NETWORK, ADMINISTRATORS},
	 false,
	 false},
	{"guest", {GUEST}, false, false},
	{"guest mapped to an administrator",
	 {GUEST, ADMINISTRATORS},
	 false,
	 false},
	{"guest mapped to a server operator",
	 {GUEST, SERVER_OPERATORS},
	 false,
	 false},
	{"guest mapped to an administrator, unix root",
	 {GUEST, ADMINISTRATORS, SERVER_OPERATORS},
	 true,
	 false},

	{"BUILTIN itself", {SOMEBODY, "S-1-5-32"}, false, false},
	{"a SID below Administrators",
	 {SOMEBODY, "S-1-5-32-544-1"},
	 false,
	 false},
	{"rid 544 of a domain", {SOMEBODY, DOMAIN "-544"}, false, false},
	{"rid 549 of a domain", {SOMEBODY, DOMAIN "-549"}, false, false},
	{"rid 544 without BUILTIN", {SOMEBODY, "S-1-5-544"}, false, false},
	{"rid 544 of another authority",
	 {SOMEBODY, "S-1-22-32-544"},
	 false,
	 false},
	{"rid 544 of another revision",
	 {SOMEBODY, "S-2-5-32-544"},
	 false,
	 false},
	{"rid 11 of another authority",
	 {EVERYONE, "S-1-22-11", ADMINISTRATORS},
	 false,
	 false},
};

static void test_token(void **state)
{
	const struct token_case *c = *state;
	size_t count = 0;

	while (count < MAX_SIDS && c->sids[count] != NULL) {
		count += 1;
	}
	assert_int_equal(may_with_sids(c->sids, count, c->unix_root),
			 c->allowed);
}

static void test_two_rids_of_builtin_and_no_other(void **state)
{
	(void)state;
	for (uint32_t rid = 0; rid < 2000; rid++) {
		assert_int_equal(may_with_builtin(rid),
				 rid == 544 || rid == 549);
	}
}

static void test_no_group_makes_up_for_authentication(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(builtin_cases); i++) {
		char group[32];
		const char *sids[] = {GUEST, group};

		(void)snprintf(group,
			       sizeof(group),
			       "S-1-5-32-%u",
			       builtin_cases[i].rid);
		assert_false(may_with_sids(sids, ARRAY_SIZE(sids), false));
		assert_false(may_with_sids(sids, ARRAY_SIZE(sids), true));
	}
}

static void test_no_sids_at_all(void **state)
{
	(void)state;
	assert_false(rights_may_end_sessions(NULL, 0, false));
	assert_false(rights_may_end_sessions(NULL, 0, true));
}

static void test_sids_behind_the_count_do_not_count(void **state)
{
	const char *sids[] = {SOMEBODY, ADMINISTRATORS};

	(void)state;
	assert_true(may_with_sids(sids, ARRAY_SIZE(sids), false));
	assert_false(may_with_sids(sids, ARRAY_SIZE(sids) - 1, false));
}

static const struct CMUnitTest others[] = {
	cmocka_unit_test(test_two_rids_of_builtin_and_no_other),
	cmocka_unit_test(test_no_group_makes_up_for_authentication),
	cmocka_unit_test(test_no_sids_at_all),
	cmocka_unit_test(test_sids_behind_the_count_do_not_count),
};

int main(void)
{
	struct table table = {.count = 0};

	TABLE_ADD(&table, builtin_cases, test_builtin);
	TABLE_ADD(&table, token_cases, test_token);
	TABLE_ADD_TESTS(&table, others);
	return table_run(&table, "rights");
}
