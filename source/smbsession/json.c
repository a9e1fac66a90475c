/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What --json writes. Scripts rely on the keys, see the manual page. */

#include "json.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "level.h"
#include "screen.h"
#include "terminal.h"

#define FORMAT (JSON_INDENT(2) | JSON_ENSURE_ASCII)
#define SESSION_GUEST 1

/* null for NULL. Names from the wire are valid UTF-8: they were UTF-16. */
static json_t *text_or_null(const char *text)
{
	return text != NULL ? json_string(text) : json_null();
}

static json_t *number_or_null(bool known, uint32_t number)
{
	return known && number != SCREEN_NO_TIME ? json_integer(number)
						 : json_null();
}

static void print_and_free(json_t *object)
{
	if (object == NULL) {
		terminal_complain("out of memory");
	} else if (json_dumpf(object, stdout, FORMAT) == 0) {
		(void)putchar('\n');
	}
	/* Before errno changes. */
	(void)terminal_flush();
	json_decref(object);
}

static json_t *session_object(uint32_t level,
			      const struct smbsession_info *session)
{
	bool timed = level_has_time(level);
	bool idle = level_has_idle_time(level);
	bool detailed = level_has_opens(level);
	json_t *guest =
		detailed ? json_boolean(session->user_flags & SESSION_GUEST)
			 : json_null();

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "client",
			 text_or_null(session->client),
			 "user",
			 text_or_null(session->user),
			 "opens",
			 number_or_null(detailed, session->num_opens),
			 "connected_seconds",
			 number_or_null(timed, session->time),
			 "idle_seconds",
			 number_or_null(idle, session->idle_time),
			 "guest",
			 guest,
			 "client_type",
			 text_or_null(session->client_type),
			 "transport",
			 text_or_null(session->transport));
}

void json_print_list(const struct options *options,
		     const struct smbsession_list *list)
{
	json_t *sessions = json_array();

	for (size_t i = 0; i < list->count; i++) {
		(void)json_array_append_new(sessions,
					    session_object(list->level,
							   &list->entries[i]));
	}
	print_and_free(json_pack("{s:o, s:i, s:o}",
				 "server",
				 text_or_null(options->server),
				 "level",
				 (int)list->level,
				 "sessions",
				 sessions));
}

static json_t *target_object(const struct target *target)
{
	return json_pack("{s:o, s:o, s:o, s:s, s:i, s:s}",
			 "client",
			 text_or_null(target->client),
			 "user",
			 text_or_null(target->user),
			 "count",
			 number_or_null(target->count > 0, target->count),
			 "result",
			 target_result(target),
			 "code",
			 (int)target->code,
			 "error",
			 smbsession_error_name(target->code));
}

void json_print_closing(const struct options *options,
			const struct target *targets,
			size_t count)
{
	json_t *sessions = json_array();

	for (size_t i = 0; i < count; i++) {
		(void)json_array_append_new(sessions,
					    target_object(&targets[i]));
	}
	print_and_free(json_pack("{s:o, s:b, s:o}",
				 "server",
				 text_or_null(options->server),
				 "dry_run",
				 options->dry_run,
				 "sessions",
				 sessions));
}

void json_print_error(NET_API_STATUS code, const char *text)
{
	print_and_free(json_pack("{s:{s:i, s:s, s:s}}",
				 "error",
				 "code",
				 (int)code,
				 "name",
				 smbsession_error_name(code),
				 "text",
				 text));
}
