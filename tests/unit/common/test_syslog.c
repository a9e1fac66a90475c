/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/common/syslog.c: how a line for syslogd is written. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <syslog.h>

#include <cmocka.h>

#include "source/common/syslog.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* 9 March 2026, 07:05:03; the day is padded with a blank. */
static const struct tm march = {
	.tm_year = 126,
	.tm_mon = 2,
	.tm_mday = 9,
	.tm_hour = 7,
	.tm_min = 5,
	.tm_sec = 3,
};

static const struct tm last_second = {
	.tm_year = 126,
	.tm_mon = 11,
	.tm_mday = 31,
	.tm_hour = 23,
	.tm_min = 59,
	.tm_sec = 60,
};

struct format_case {
	const char *name;
	int priority;
	const struct tm *when;
	/* Bytes in the buffer, 0 for plenty. */
	size_t size;
	const char *message;
	const char *line;
};

static const struct format_case format_cases[] = {
	{"daemon, warning",
	 LOG_DAEMON | LOG_WARNING,
	 &march,
	 0,
	 "module left out",
	 "<28>Mar  9 07:05:03 tag[7]: module left out"},
	{"auth, notice",
	 LOG_AUTH | LOG_NOTICE,
	 &march,
	 0,
	 "closed",
	 "<37>Mar  9 07:05:03 tag[7]: closed"},
	{"the highest priority there is",
	 LOG_LOCAL7 | LOG_DEBUG,
	 &march,
	 0,
	 "",
	 "<191>Mar  9 07:05:03 tag[7]: "},
	{"a leap second at the end of a year",
	 LOG_DAEMON | LOG_ERR,
	 &last_second,
	 0,
	 "x",
	 "<27>Dec 31 23:59:60 tag[7]: x"},
	{"no forged second line",
	 LOG_AUTH | LOG_INFO,
	 &march,
	 0,
	 "a\nb\r\tc\x1b[1md\x7f",
	 "<38>Mar  9 07:05:03 tag[7]: a?b??c?[1md?"},
	{"percent signs are text",
	 LOG_AUTH | LOG_INFO,
	 &march,
	 0,
	 "%s%n%99999d",
	 "<38>Mar  9 07:05:03 tag[7]: %s%n%99999d"},
	{"UTF-8 passes",
	 LOG_AUTH | LOG_INFO,
	 &march,
	 0,
	 "M\xc3\xbcller \xe2\x82\xac",
	 "<38>Mar  9 07:05:03 tag[7]: M\xc3\xbcller \xe2\x82\xac"},
	{"fits exactly",
	 LOG_AUTH | LOG_INFO,
	 &march,
	 28 + 4,
	 "abc",
	 "<38>Mar  9 07:05:03 tag[7]: abc"},
	{"cut by one byte",
	 LOG_AUTH | LOG_INFO,
	 &march,
	 28 + 3,
	 "abc",
	 "<38>Mar  9 07:05:03 tag[7]: ab"},
	{"cut before a character that is half there",
	 LOG_AUTH | LOG_INFO,
	 &march,
	 28 + 4,
	 "a\xe2\x82\xac",
	 "<38>Mar  9 07:05:03 tag[7]: a"},
	{"cut after the first byte of a character",
	 LOG_AUTH | LOG_INFO,
	 &march,
	 28 + 3,
	 "a\xc3\xbc",
	 "<38>Mar  9 07:05:03 tag[7]: a"},
	{"cut in the header", LOG_AUTH | LOG_INFO, &march, 5, "abc", "<38>"},
	{"no room at all", LOG_AUTH | LOG_INFO, &march, 1, "abc", ""},
};

static void test_format(void **state)
{
	const struct format_case *c = *state;
	char line[SESSIONDEL_SYSLOG_MAX];
	size_t size = c->size != 0 ? c->size : sizeof(line);
	size_t len;

	len = sessiondel_syslog_format(line,
				       size,
				       c->priority,
				       c->when,
				       "tag",
				       7,
				       c->message);
	assert_string_equal(line, c->line);
	assert_int_equal(len, strlen(c->line));
}

static void test_long_message_is_bounded(void **state)
{
	char line[SESSIONDEL_SYSLOG_MAX];
	char message[65536];
	size_t len;

	(void)state;
	memset(message, 'x', sizeof(message) - 1);
	message[sizeof(message) - 1] = '\0';

	len = sessiondel_syslog_format(line,
				       sizeof(line),
				       LOG_AUTH,
				       &march,
				       "tag",
				       7,
				       message);
	assert_int_equal(len, sizeof(line) - 1);
	assert_int_equal(strlen(line), len);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(format_cases) + 1];

	for (size_t i = 0; i < ARRAY_SIZE(format_cases); i++) {
		tests[i] = (struct CMUnitTest){
			.name = format_cases[i].name,
			.test_func = test_format,
			.initial_state = (void *)&format_cases[i],
		};
	}
	tests[ARRAY_SIZE(format_cases)] = (struct CMUnitTest)cmocka_unit_test(
		test_long_message_is_bounded);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
