/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What --json writes: docs/smbsession.schema.json. */

#include "json.h"

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "duration.h"
#include "level.h"
#include "screen.h"
#include "terminal.h"

#define FORMAT (JSON_INDENT(2) | JSON_ENSURE_ASCII)
#define SESSION_GUEST 1

/* In all that follows, NULL means that memory ran out. */

/* null for NULL. Only text from smb.conf can be no UTF-8. */
static json_t *text_or_null(const char *text)
{
	json_t *value = text != NULL ? json_string(text) : json_null();
	char *escaped = NULL;

	if (value == NULL) {
		escaped = screen_text(text);
		value = escaped != NULL ? json_string(escaped) : NULL;
		free(escaped);
	}
	return value;
}

static json_t *number_or_null(bool known, uint32_t number)
{
	return known && number != DURATION_UNKNOWN ? json_integer(number)
						   : json_null();
}

static json_t *error_or_null(const struct failure *error)
{
	if (error == NULL || error->code == NERR_Success) {
		return json_null();
	}
	return json_pack("{s:i, s:s, s:o}",
			 "code",
			 (int)error->code,
			 "name",
			 smbsession_error_name(error->code),
			 "text",
			 text_or_null(error->text));
}

/* A target of NULL: it is only listed. */
static json_t *session_object(uint32_t level,
			      const struct smbsession_info *session,
			      const struct target *target)
{
	bool detailed = level_has_opens(level);

	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"client",
		text_or_null(session->client),
		"user",
		text_or_null(session->user),
		"opens",
		number_or_null(detailed, session->num_opens),
		"connected_seconds",
		number_or_null(level_has_time(level), session->time),
		"idle_seconds",
		number_or_null(level_has_idle_time(level), session->idle_time),
		"guest",
		detailed ? json_boolean(session->user_flags & SESSION_GUEST)
			 : json_null(),
		"client_type",
		text_or_null(session->client_type),
		"transport",
		text_or_null(session->transport),
		"result",
		text_or_null(target != NULL ? target_result(target) : NULL),
		"error",
		error_or_null(target != NULL ? &target->error : NULL));
}

static bool add_listed(json_t *sessions, const struct json_output *output)
{
	const struct smbsession_list *list = output->list;

	for (size_t i = 0; list != NULL && i < list->count; i++) {
		const struct smbsession_info *session = &list->entries[i];
		const struct target *target = target_find(output->targets,
							  output->target_count,
							  session->client,
							  session->user);

		if (json_array_append_new(sessions,
					  session_object(list->level,
							 session,
							 target)) != 0) {
			return false;
		}
	}
	return true;
}

static bool add_unlisted(json_t *sessions, const struct json_output *output)
{
	for (size_t i = 0; i < output->target_count; i++) {
		const struct target *target = &output->targets[i];
		struct smbsession_info session = {.client = target->client,
						  .user = target->user};

		/* Level 0 says nothing but the names. */
		if (target->count == 0 &&
		    json_array_append_new(
			    sessions,
			    session_object(0, &session, target)) != 0) {
			return false;
		}
	}
	return true;
}

static json_t *sessions_array(const struct json_output *output)
{
	json_t *sessions = json_array();

	if (sessions != NULL && (!add_listed(sessions, output) ||
				 !add_unlisted(sessions, output))) {
		json_decref(sessions);
		return NULL;
	}
	return sessions;
}

static json_t *level_or_null(const struct smbsession_list *list)
{
	return list != NULL ? json_integer(list->level) : json_null();
}

bool json_print(const struct options *options, const struct json_output *output)
{
	json_t *object = json_pack("{s:s, s:o, s:o, s:b, s:o, s:o}",
				   "command",
				   options->verb->name,
				   "server",
				   text_or_null(options->server),
				   "level",
				   level_or_null(output->list),
				   "dry_run",
				   options->dry_run,
				   "sessions",
				   sessions_array(output),
				   "error",
				   error_or_null(&output->error));

	if (object == NULL) {
		terminal_complain("out of memory");
		return false;
	}
	if (json_dumpf(object, stdout, FORMAT) == 0) {
		(void)putchar('\n');
	}
	/* Before errno changes. */
	(void)terminal_flush();
	json_decref(object);
	return true;
}
