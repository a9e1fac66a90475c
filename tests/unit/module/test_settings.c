/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/module/settings.c: which values of smb.conf are taken. */

#include "tests/unit/table.h"

#include "source/module/settings.h"

#define BEFORE 99

struct timeout_case {
	const char *name;
	const char *value;
	/* 0: the value cannot be used */
	unsigned timeout;
};

static const struct timeout_case timeout_cases[] = {
	{"timeout: the least", "1", 1},
	{"timeout: the default", "10", 10},
	{"timeout: the most", "20", 20},
	{"timeout: leading zero is decimal", "08", 8},
	{"timeout: one too many", "21", 0},
	{"timeout: none", "0", 0},
	{"timeout: none in two digits", "00", 0},
	{"timeout: 99", "99", 0},
	{"timeout: three digits", "100", 0},
	{"timeout: three digits that mean little", "010", 0},
	{"timeout: 2 to the 32 and 1", "4294967297", 0},
	{"timeout: 2 to the 64 and 1", "18446744073709551617", 0},
	{"timeout: negative", "-1", 0},
	{"timeout: a sign", "+5", 0},
	{"timeout: empty", "", 0},
	{"timeout: blank before", " 5", 0},
	{"timeout: blank behind", "5 ", 0},
	{"timeout: a unit", "5s", 0},
	{"timeout: a fraction", "1.5", 0},
	{"timeout: hex", "0x5", 0},
	{"timeout: an exponent", "1e1", 0},
	{"timeout: a word", "ten", 0},
	{"timeout: Arabic digits", "\u0665", 0},
	{"timeout: two numbers", "5 6", 0},
	{"timeout: a newline", "5\n", 0},
};

static void test_timeout(void **state)
{
	const struct timeout_case *c = *state;
	unsigned timeout = BEFORE;

	assert_int_equal(settings_parse_timeout(c->value, &timeout),
			 c->timeout != 0);
	assert_int_equal(timeout, c->timeout != 0 ? c->timeout : BEFORE);
}

static const struct timeout_case resolve_timeout_cases[] = {
	{"resolve timeout: the least", "1", 1},
	{"resolve timeout: the default", "3", 3},
	{"resolve timeout: the most", "10", 10},
	{"resolve timeout: one too many", "11", 0},
	{"resolve timeout: none", "0", 0},
	{"resolve timeout: negative", "-1", 0},
	{"resolve timeout: empty", "", 0},
	{"resolve timeout: a unit", "3s", 0},
};

static void test_resolve_timeout(void **state)
{
	const struct timeout_case *c = *state;
	unsigned timeout = BEFORE;

	assert_int_equal(settings_parse_resolve_timeout(c->value, &timeout),
			 c->timeout != 0);
	assert_int_equal(timeout, c->timeout != 0 ? c->timeout : BEFORE);
}

struct resolve_case {
	const char *name;
	const char *value;
	bool taken;
	bool resolve;
};

static const struct resolve_case resolve_cases[] = {
	{"resolve names: yes", "yes", true, true},
	{"resolve names: no", "no", true, false},
	{"resolve names: upper case", "NO", true, false},
	{"resolve names: true", "true", true, true},
	{"resolve names: false", "False", true, false},
	{"resolve names: 1", "1", true, true},
	{"resolve names: 0", "0", true, false},
	{"resolve names: empty", "", false, false},
	{"resolve names: a word", "maybe", false, false},
	{"resolve names: two words", "yes no", false, false},
};

static void assert_resolve(const struct resolve_case *c, bool before)
{
	bool resolve = before;

	assert_int_equal(settings_parse_resolve_names(c->value, &resolve),
			 c->taken);
	assert_int_equal(resolve, c->taken ? c->resolve : before);
}

static void test_resolve(void **state)
{
	assert_resolve(*state, false);
	assert_resolve(*state, true);
}

struct audit_case {
	const char *name;
	const char *value;
	bool taken;
	bool log;
	bool syslog;
};

static const struct audit_case audit_cases[] = {
	{"audit: log", "log", true, true, false},
	{"audit: syslog", "syslog", true, false, true},
	{"audit: both", "both", true, true, true},
	{"audit: log in upper case", "LOG", true, true, false},
	{"audit: syslog in mixed case", "SysLog", true, false, true},
	{"audit: both in mixed case", "Both", true, true, true},
	{"audit: empty", "", false, false, false},
	{"audit: none", "none", false, false, false},
	{"audit: yes", "yes", false, false, false},
	{"audit: beginning of a word", "sys", false, false, false},
	{"audit: longer than a word", "logs", false, false, false},
	{"audit: two words", "log syslog", false, false, false},
	{"audit: two words with a comma", "log,syslog", false, false, false},
	{"audit: blank before", " log", false, false, false},
	{"audit: blank behind", "log ", false, false, false},
};

static void assert_audit(const struct audit_case *c, bool before)
{
	struct audit_target target = {.log = before, .syslog = before};

	assert_int_equal(settings_parse_audit(c->value, &target), c->taken);
	assert_int_equal(target.log, c->taken ? c->log : before);
	assert_int_equal(target.syslog, c->taken ? c->syslog : before);
}

static void test_audit(void **state)
{
	assert_audit(*state, false);
	assert_audit(*state, true);
}

static void test_durable(void **state)
{
	bool end = true;

	(void)state;

	assert_true(settings_parse_durable("keep", &end));
	assert_false(end);
	assert_true(settings_parse_durable("CLOSE", &end));
	assert_true(end);
	assert_false(settings_parse_durable("", &end));
	assert_false(settings_parse_durable("yes", &end));
	assert_false(settings_parse_durable("keep ", &end));
	assert_true(end);
}

static void test_session_list(void **state)
{
	bool ours = true;

	(void)state;

	assert_true(settings_parse_session_list("stock", &ours));
	assert_false(ours);
	assert_true(settings_parse_session_list("PLUGIN", &ours));
	assert_true(ours);
	assert_false(settings_parse_session_list("", &ours));
	assert_false(settings_parse_session_list("no", &ours));
	assert_false(settings_parse_session_list("stock ", &ours));
	assert_true(ours);
}

int main(void)
{
	const struct CMUnitTest words[] = {
		cmocka_unit_test(test_durable),
		cmocka_unit_test(test_session_list),
	};
	struct table table = {.count = 0};

	TABLE_ADD(&table, timeout_cases, test_timeout);
	TABLE_ADD(&table, audit_cases, test_audit);
	TABLE_ADD(&table, resolve_cases, test_resolve);
	TABLE_ADD(&table, resolve_timeout_cases, test_resolve_timeout);
	TABLE_ADD_TESTS(&table, words);
	return table_run(&table, "settings");
}
