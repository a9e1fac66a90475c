/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calls functions of libsmbsession, one for each group of arguments that ends
 * with a comma: "del SERVER CLIENT USER , list SERVER". A dash is NULL. "keep"
 * keeps one context from there on, until "drop". Prints a line for each, with
 * the code and the error's text; then one for each session, after a tab.
 */

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <smbsession.h>

/* The next argument; NULL for a dash. */
static const char *next(char ***arguments)
{
	const char *argument = **arguments;

	assert(argument != NULL && strcmp(argument, ",") != 0);
	*arguments += 1;
	return strcmp(argument, "-") != 0 ? argument : NULL;
}

static NET_API_STATUS del(struct smbsession_context *context, char ***arguments)
{
	const char *server = next(arguments);
	const char *client = next(arguments);
	const char *user = next(arguments);

	(void)context;
	return NetSessionDel(server, client, user);
}

/* It has the caller at least. */
static void check_list(const struct smbsession_list *sessions)
{
	uint32_t level = smbsession_list_level(sessions);
	size_t count = smbsession_list_count(sessions);

	assert(count > 0 && (level == 1 || level == 502));
	for (size_t i = 0; i < count; i++) {
		const struct smbsession_info *session =
			smbsession_list_entry(sessions, i);

		assert(session->client != NULL && session->user != NULL);
		assert((session->transport != NULL) == (level == 502));
	}
	assert(smbsession_list_entry(sessions, count) == NULL);
}

static NET_API_STATUS list(struct smbsession_context *context,
			   char ***arguments)
{
	struct smbsession_list *sessions = NULL;
	NET_API_STATUS code = smbsession_enum(context,
					      next(arguments),
					      NULL,
					      NULL,
					      &sessions);

	if (code == NERR_Success) {
		check_list(sessions);
	}
	smbsession_list_free(sessions);
	return code;
}

struct member {
	enum { NONE, TEXT, NUMBER } type;
	size_t offset;
};

#define MEMBER(type, level, name)                           \
	{                                                   \
		type, offsetof(struct SESSION_INFO_##level, \
			       sesi##level##_##name)        \
	}
#define ROW_0(n) MEMBER(TEXT, n, cname)
#define ROW_10(n) ROW_0(n), MEMBER(TEXT, n, username), TIMES(n)
#define ROW_1(n)                                                           \
	ROW_0(n), MEMBER(TEXT, n, username), MEMBER(NUMBER, n, num_opens), \
		TIMES(n), MEMBER(NUMBER, n, user_flags)
#define ROW_2(n) ROW_1(n), MEMBER(TEXT, n, cltype_name)
#define ROW_502(n) ROW_2(n), MEMBER(TEXT, n, transport)
#define TIMES(n) MEMBER(NUMBER, n, time), MEMBER(NUMBER, n, idle_time)
#define LEVEL(n)                                    \
	{                                           \
		n, sizeof(struct SESSION_INFO_##n), \
		{                                   \
			ROW_##n(n)                  \
		}                                   \
	}

static const struct level {
	uint32_t level;
	size_t size;
	struct member members[9];
} levels[] = {LEVEL(0), LEVEL(1), LEVEL(2), LEVEL(10), LEVEL(502)};

static void print_session(const struct level *level, const uint8_t *session)
{
	const struct member *member = level->members;

	for (; member->type != NONE; member++) {
		const void *place = session + member->offset;

		if (member->type == TEXT) {
			printf("\t%s", *(const char *const *)place);
		} else {
			printf("\t%u", *(const uint32_t *)place);
		}
	}
	putchar('\n');
}

/* Prints and frees them. Without any, the buffer of a failed call is NULL. */
static void print_sessions(uint32_t level, uint8_t *buffer, uint32_t count)
{
	assert(buffer != NULL || count == 0);
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		const struct level *row = &levels[i];

		for (uint32_t n = 0; level == row->level && n < count; n++) {
			print_session(row, buffer + n * row->size);
		}
	}
	assert(NetApiBufferFree(buffer) == NERR_Success);
}

static void print_result(NET_API_STATUS code)
{
	printf("%u %s\n", (unsigned int)code, smbsession_error_text(NULL));
}

/* All pages; for each a line with total and resume handle, too. */
static NET_API_STATUS enumerate(struct smbsession_context *context,
				char ***arguments)
{
	const char *server = next(arguments);
	const char *client = next(arguments);
	const char *user = next(arguments);
	uint32_t level = (uint32_t)strtoul(next(arguments), NULL, 10);
	uint32_t most = (uint32_t)strtoul(next(arguments), NULL, 10);
	uint32_t resume = 0;
	NET_API_STATUS code = NERR_Success;

	(void)context;
	do {
		uint8_t *buffer = NULL;
		uint32_t count = 77;
		uint32_t total = 77;

		code = NetSessionEnum(server,
				      client,
				      user,
				      level,
				      &buffer,
				      most,
				      &count,
				      &total,
				      &resume);
		print_result(code);
		print_sessions(level, buffer, count);
		printf("=%u/%u\n", count, total);
	} while (code == ERROR_MORE_DATA);
	return code;
}

static NET_API_STATUS get_info(struct smbsession_context *context,
			       char ***arguments)
{
	const char *server = next(arguments);
	const char *client = next(arguments);
	const char *user = next(arguments);
	uint32_t level = (uint32_t)strtoul(next(arguments), NULL, 10);
	uint8_t *buffer = NULL;
	NET_API_STATUS code =
		NetSessionGetInfo(server, client, user, level, &buffer);

	(void)context;
	print_result(code);
	print_sessions(level, buffer, code == NERR_Success ? 1 : 0);
	return code;
}

/* All that may not be NULL is; then what may be NULL. */
static NET_API_STATUS check_null(struct smbsession_context *context,
				 char ***arguments)
{
	const char *server = next(arguments);
	uint8_t stale = 0;
	uint8_t *buffer = &stale;
	uint32_t count = 77;
	uint32_t total = 77;

	(void)context;
	assert(NetSessionEnum(server,
			      NULL,
			      NULL,
			      1,
			      NULL,
			      0,
			      &count,
			      &total,
			      NULL) == ERROR_INVALID_PARAMETER);
	assert(NetSessionEnum(server,
			      NULL,
			      NULL,
			      1,
			      &buffer,
			      0,
			      NULL,
			      &total,
			      NULL) == ERROR_INVALID_PARAMETER);
	assert(NetSessionEnum(server,
			      NULL,
			      NULL,
			      1,
			      &buffer,
			      0,
			      &count,
			      NULL,
			      NULL) == ERROR_INVALID_PARAMETER);
	assert(NetSessionGetInfo(server, "\\\\c", "u", 1, NULL) ==
	       ERROR_INVALID_PARAMETER);
	assert(count == 0 && total == 0 && buffer == NULL);
	assert(NetApiBufferFree(NULL) == NERR_Success);
	assert(NetSessionEnum(server,
			      NULL,
			      NULL,
			      1,
			      &buffer,
			      MAX_PREFERRED_LENGTH,
			      &count,
			      &total,
			      NULL) == NERR_Success);
	assert(count == total && count < 77);
	return NetApiBufferFree(buffer);
}

static NET_API_STATUS keep(struct smbsession_context *context,
			   char ***arguments)
{
	(void)arguments;
	smbsession_use(context);
	return NERR_Success;
}

static NET_API_STATUS drop(struct smbsession_context *context,
			   char ***arguments)
{
	(void)context;
	(void)arguments;
	smbsession_use(NULL);
	return NERR_Success;
}

static NET_API_STATUS set(struct smbsession_context *context, char ***arguments)
{
	enum smbsession_setting setting = atoi(next(arguments));

	return smbsession_set(context, setting, next(arguments));
}

static const struct {
	const char *name;
	NET_API_STATUS (*call)(struct smbsession_context *, char ***);
} calls[] = {
	{"del", del},
	{"list", list},
	{"enum", enumerate},
	{"info", get_info},
	{"null", check_null},
	{"keep", keep},
	{"drop", drop},
	{"set", set},
};

/* "enum" and "info" have printed it. */
static void print_end(struct smbsession_context *context,
		      const char *name,
		      NET_API_STATUS code)
{
	bool with_context =
		strcmp(name, "list") == 0 || strcmp(name, "set") == 0;

	if (strcmp(name, "enum") != 0 && strcmp(name, "info") != 0) {
		printf("%u %s\n",
		       (unsigned int)code,
		       smbsession_error_text(with_context ? context : NULL));
	}
}

static void run(struct smbsession_context *context, char ***arguments)
{
	const char *name = next(arguments);
	bool known = false;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (strcmp(name, calls[i].name) == 0) {
			print_end(context,
				  name,
				  calls[i].call(context, arguments));
			known = true;
		}
	}
	assert(known);
}

int main(int argc, char *argv[])
{
	struct smbsession_context *context = smbsession_new();
	char **arguments = argv + 1;

	(void)argc;
	assert(context != NULL);
	while (*arguments != NULL) {
		run(context, &arguments);
		if (*arguments != NULL) {
			assert(strcmp(*arguments, ",") == 0);
			arguments += 1;
		}
	}
	smbsession_use(NULL);
	smbsession_free(context);
	return EXIT_SUCCESS;
}
