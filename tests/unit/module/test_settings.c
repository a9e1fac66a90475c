/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/module/settings.c: which values of smb.conf are valid. */

#include "tests/unit/table.h"

#include <string.h>

#include "replace.h"

#include "lib/util/debug.h"
#include "source3/param/loadparm.h"

#include "source/module/settings.h"

#define BEFORE 99

/* Is a value parsed so? Else it must be refused, and change nothing. */
static void assert_parsed(enum setting setting,
			  const char *value,
			  bool valid,
			  unsigned expected)
{
	unsigned result = BEFORE;

	assert_int_equal(settings_parse(setting, value, &result), valid);
	assert_int_equal(result, valid ? expected : BEFORE);
}

struct timeout_case {
	const char *name;
	const char *value;
	/* 0: the value is invalid */
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

	assert_parsed(SETTING_TIMEOUT, c->value, c->timeout != 0, c->timeout);
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

	assert_parsed(SETTING_RESOLVE_TIMEOUT,
		      c->value,
		      c->timeout != 0,
		      c->timeout);
}

struct resolve_case {
	const char *name;
	const char *value;
	bool valid;
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

static void test_resolve(void **state)
{
	const struct resolve_case *c = *state;

	assert_parsed(SETTING_RESOLVE_NAMES, c->value, c->valid, c->resolve);
}

struct audit_case {
	const char *name;
	const char *value;
	bool valid;
	unsigned where;
};

#define LOG AUDIT_TO_LOG
#define SYSLOG AUDIT_TO_SYSLOG

static const struct audit_case audit_cases[] = {
	{"audit: log", "log", true, LOG},
	{"audit: syslog", "syslog", true, SYSLOG},
	{"audit: both", "both", true, LOG | SYSLOG},
	{"audit: log in upper case", "LOG", true, LOG},
	{"audit: syslog in mixed case", "SysLog", true, SYSLOG},
	{"audit: both in mixed case", "Both", true, LOG | SYSLOG},
	{"audit: empty", "", false, 0},
	{"audit: none", "none", false, 0},
	{"audit: yes", "yes", false, 0},
	{"audit: beginning of a word", "sys", false, 0},
	{"audit: longer than a word", "logs", false, 0},
	{"audit: two words", "log syslog", false, 0},
	{"audit: two words with a comma", "log,syslog", false, 0},
	{"audit: blank before", " log", false, 0},
	{"audit: blank behind", "log ", false, 0},
};

static void test_audit(void **state)
{
	const struct audit_case *c = *state;

	assert_parsed(SETTING_AUDIT, c->value, c->valid, c->where);
}

static void test_durable(void **state)
{
	const enum setting durable = SETTING_DURABLE_HANDLES;

	(void)state;

	assert_parsed(durable, "keep", true, false);
	assert_parsed(durable, "CLOSE", true, true);
	assert_parsed(durable, "", false, 0);
	assert_parsed(durable, "yes", false, 0);
	assert_parsed(durable, "keep ", false, 0);
}

static void test_session_list(void **state)
{
	const enum setting list = SETTING_SESSION_LIST;

	(void)state;

	assert_parsed(list, "stock", true, false);
	assert_parsed(list, "PLUGIN", true, true);
	assert_parsed(list, "", false, 0);
	assert_parsed(list, "no", false, 0);
	assert_parsed(list, "stock ", false, 0);
}

struct default_case {
	const char *name;
	enum setting setting;
	unsigned expected;
};

static const struct default_case default_cases[] = {
	{"timeout: default", SETTING_TIMEOUT, 10},
	{"audit: default", SETTING_AUDIT, LOG | SYSLOG},
	{"durable handles: default", SETTING_DURABLE_HANDLES, true},
	{"resolve names: default", SETTING_RESOLVE_NAMES, true},
	{"resolve timeout: default", SETTING_RESOLVE_TIMEOUT, 3},
	{"session list: default", SETTING_SESSION_LIST, true},
};

/* No smb.conf is loaded here. */
static void test_default(void **state)
{
	const struct default_case *c = *state;
	struct settings settings = {.warnings = {{.made = false}}};

	assert_int_equal(settings_read(&settings, c->setting), c->expected);
}

static void count_line(void *private_data, int level, const char *line)
{
	size_t *lines = private_data;

	(void)level;
	*lines += strstr(line, "sessiondel:timeout") != NULL;
}

/* Read a value from smb.conf; how many warnings there were. */
static size_t warnings_of(struct settings *settings, const char *value)
{
	size_t lines = 0;

	assert_true(lp_do_parameter(-1, "sessiondel:timeout", value));
	debug_set_callback(&lines, count_line);
	(void)settings_read(settings, SETTING_TIMEOUT);
	debug_set_callback(NULL, NULL);
	return lines;
}

static void test_bad_value_is_logged_once(void **state)
{
	struct settings settings = {.warnings = {{.made = false}}};

	(void)state;

	assert_int_equal(warnings_of(&settings, "21"), 1);
	assert_int_equal(warnings_of(&settings, "21"), 0);
	assert_int_equal(warnings_of(&settings, "22"), 1);
	assert_int_equal(warnings_of(&settings, "7"), 0);
	assert_int_equal(settings_read(&settings, SETTING_TIMEOUT), 7);
	assert_int_equal(warnings_of(&settings, "22"), 1);
	assert_int_equal(settings_read(&settings, SETTING_TIMEOUT), 10);
}

/* Only its beginning is kept. */
static void test_long_bad_value_is_logged_once(void **state)
{
	struct settings settings = {.warnings = {{.made = false}}};
	char value[2 * sizeof(settings.warnings[0].value)];

	(void)state;

	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	assert_int_equal(warnings_of(&settings, value), 1);
	assert_int_equal(warnings_of(&settings, value), 0);
	value[sizeof(settings.warnings[0].value) - 2] = 'y';
	assert_int_equal(warnings_of(&settings, value), 1);
}

int main(void)
{
	const struct CMUnitTest words[] = {
		cmocka_unit_test(test_bad_value_is_logged_once),
		cmocka_unit_test(test_long_bad_value_is_logged_once),
		cmocka_unit_test(test_durable),
		cmocka_unit_test(test_session_list),
	};
	struct table table = {.count = 0};

	TABLE_ADD(&table, timeout_cases, test_timeout);
	TABLE_ADD(&table, audit_cases, test_audit);
	TABLE_ADD(&table, resolve_cases, test_resolve);
	TABLE_ADD(&table, resolve_timeout_cases, test_resolve_timeout);
	TABLE_ADD(&table, default_cases, test_default);
	TABLE_ADD_TESTS(&table, words);
	return table_run(&table, "settings");
}
