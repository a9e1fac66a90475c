/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smbsession close */

#include "close.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "matches.h"
#include "screen.h"
#include "table.h"
#include "target.h"
#include "terminal.h"

struct closing {
	struct smbsession_context *context;
	const struct options *options;
	struct matches matches;
	struct target *targets;
	size_t count;
};

/* An empty name becomes NULL: in a call both mean "any". */
static const char *name_or_null(const char *name)
{
	return name != NULL && name[0] != '\0' ? name : NULL;
}

/* Where the server gave no name, the call has the one that the user asked for.
 * Without it the call would mean more sessions. */
static const char *name_or_asked(const char *name, const char *asked)
{
	name = name_or_null(name);
	return name != NULL ? name : asked;
}

static bool is_same_name(const char *one, const char *other)
{
	return one == other ||
	       (one != NULL && other != NULL && strcmp(one, other) == 0);
}

static struct target *find_target(struct closing *closing,
				  const struct target *wanted)
{
	for (size_t i = 0; i < closing->count; i++) {
		struct target *target = &closing->targets[i];

		if (is_same_name(target->client, wanted->client) &&
		    is_same_name(target->user, wanted->user)) {
			return target;
		}
	}
	return NULL;
}

/* One call closes all sessions of one client and user. */
static void add_target(struct closing *closing,
		       const struct smbsession_info *session)
{
	struct target target = {
		.client = name_or_asked(session->client,
					closing->options->client),
		.user = name_or_asked(session->user, closing->options->user),
		.count = 1,
	};
	struct target *known = find_target(closing, &target);

	if (known != NULL) {
		known->count++;
	} else {
		closing->targets[closing->count++] = target;
	}
}

/* A server that does not list gets one call, with the user's own names. */
static void add_unlisted_target(struct closing *closing)
{
	closing->targets[closing->count++] =
		(struct target){.client = closing->options->client,
				.user = closing->options->user};
}

static bool is_unlisted(const struct closing *closing)
{
	return closing->count == 1 && closing->targets[0].count == 0;
}

/* A server may allow closing but not listing: Server Operators, for example, if
 * its plugin leaves listing to Samba. */
static bool may_close_unlisted(const struct closing *closing,
			       NET_API_STATUS code)
{
	return !closing->options->all &&
	       (code == ERROR_ACCESS_DENIED || code == ERROR_INVALID_LEVEL ||
		(code == NERR_Success && closing->matches.unsure));
}

static NET_API_STATUS find_targets(struct closing *closing)
{
	NET_API_STATUS code = matches_find(closing->context,
					   closing->options,
					   &closing->matches);
	const struct smbsession_list *list = closing->matches.list;
	size_t count = list != NULL ? list->count : 0;

	closing->targets = calloc(count + 1, sizeof(*closing->targets));
	if (closing->targets == NULL) {
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	for (size_t i = 0; i < count; i++) {
		add_target(closing, &list->entries[i]);
	}
	if (may_close_unlisted(closing, code)) {
		add_unlisted_target(closing);
		return NERR_Success;
	}
	return code == NERR_Success && count == 0 ? NERR_ClientNameNotFound
						  : code;
}

static size_t count_sessions(const struct closing *closing)
{
	size_t total = 0;

	for (size_t i = 0; i < closing->count; i++) {
		total += closing->targets[i].count;
	}
	return total;
}

static bool ask_at(FILE *terminal, const struct closing *closing)
{
	const struct options *options = closing->options;
	const char *server =
		options->server != NULL ? options->server : "this machine";
	char question[256];

	if (is_unlisted(closing)) {
		(void)snprintf(question,
			       sizeof(question),
			       "%s does not list its sessions. "
			       "Close all that match?",
			       server);
	} else {
		(void)table_print(terminal,
				  closing->matches.list,
				  terminal_width(terminal));
		(void)snprintf(question,
			       sizeof(question),
			       "Close these %zu sessions on %s?",
			       count_sessions(closing),
			       server);
	}
	return terminal_ask(terminal, question);
}

static bool user_confirms(const struct closing *closing)
{
	FILE *terminal = NULL;
	bool yes = closing->options->yes || count_sessions(closing) == 1;

	if (yes) {
		return true;
	}
	terminal = terminal_open();
	if (terminal == NULL) {
		terminal_complain("closing more than one session needs --yes "
				  "where there is no terminal to ask at");
		return false;
	}
	yes = ask_at(terminal, closing);
	(void)fclose(terminal);
	return yes;
}

/* Samba without the plugin answers "access denied" when nothing matches. An
 * earlier call may have ended this target's sessions with its own. */
static bool is_still_listed(const struct closing *closing,
			    const struct target *target)
{
	struct smbsession_list *list = NULL;
	NET_API_STATUS code = smbsession_enum(closing->context,
					      closing->options->server,
					      NULL,
					      NULL,
					      &list);
	bool listed = code != NERR_Success;

	for (size_t i = 0; code == NERR_Success && i < list->count; i++) {
		listed |= is_same_name(name_or_null(list->entries[i].client),
				       target->client) &&
			  is_same_name(name_or_null(list->entries[i].user),
				       target->user);
	}
	smbsession_list_free(list);
	return listed;
}

/* Had all of its sessions ended before the call? */
static bool was_gone_already(const struct closing *closing,
			     const struct target *target,
			     bool closed_before)
{
	switch (target->code) {
	case NERR_ClientNameNotFound:
	case NERR_UserNotFound:
		return true;
	case ERROR_ACCESS_DENIED:
		return closed_before && !is_still_listed(closing, target);
	default:
		return false;
	}
}

static void close_target(const struct closing *closing,
			 struct target *target,
			 bool closed_before)
{
	target->code = smbsession_del(closing->context,
				      closing->options->server,
				      target->client,
				      target->user);
	if (target->code == NERR_Success) {
		target->state = TARGET_CLOSED;
	} else if (was_gone_already(closing, target, closed_before)) {
		target->state = TARGET_GONE;
	} else {
		target->state = TARGET_FAILED;
	}
}

static void print_names(FILE *out, const struct target *target)
{
	char *client = screen_text(target->client);
	char *user = screen_text(target->user);

	fprintf(out,
		"%s %s",
		client != NULL && client[0] != '\0' ? client : "-",
		user != NULL && user[0] != '\0' ? user : "-");
	free(client);
	free(user);
}

static void print_target_result(const struct closing *closing,
				const struct target *target)
{
	size_t number = (size_t)(target - closing->targets) + 1;

	if (closing->options->json ||
	    (is_unlisted(closing) && target->state == TARGET_GONE)) {
		return;
	}
	if (closing->count > 1 && isatty(STDOUT_FILENO)) {
		printf("[%zu/%zu] ", number, closing->count);
	}
	printf("%s ", target_result(target));
	print_names(stdout, target);
	if (target->count > 1) {
		printf(" (%u sessions)", target->count);
	}
	if (target->state == TARGET_FAILED) {
		printf(": %s", smbsession_error_name(target->code));
	}
	putchar('\n');
	(void)fflush(stdout);
}

/* For a user who redirected the output. */
static void show_progress(const struct closing *closing, size_t done)
{
	if (closing->count > 1 && !closing->options->json &&
	    !isatty(STDOUT_FILENO)) {
		terminal_progress("%zu of %zu", done, closing->count);
	}
}

/* What to print if a signal interrupts the next call. The calls before it have
 * their own lines. */
static void set_last_words(const struct closing *closing, size_t done)
{
	terminal_last_words("interrupted: %zu of %zu done; the next one was "
			    "asked for, and may be closed",
			    done,
			    closing->count);
}

/* Would the other calls fail the same way? */
static bool rest_would_fail(const struct target *target)
{
	enum exit_status status = report_status(target->code);

	return target->state == TARGET_FAILED &&
	       (status == EXIT_UNREACHABLE || status == EXIT_REFUSED);
}

/* Returns the exit status. Reports the first error only. */
static enum exit_status close_targets(const struct closing *closing)
{
	const struct target *failed = NULL;
	enum exit_status status = EXIT_DONE;
	bool any_closed = false;
	bool hopeless = false;

	for (size_t i = 0; i < closing->count && !hopeless; i++) {
		struct target *target = &closing->targets[i];

		set_last_words(closing, i);
		close_target(closing, target, any_closed);
		any_closed |= target->state == TARGET_CLOSED;
		if (target->state == TARGET_FAILED && failed == NULL) {
			failed = target;
			status = report_code(target->code,
					     smbsession_error_text(
						     closing->context));
		}
		print_target_result(closing, target);
		show_progress(closing, i + 1);
		hopeless = rest_would_fail(target);
	}
	terminal_progress_end();
	terminal_no_last_words();
	return failed != NULL && any_closed ? EXIT_NOT_ALL : status;
}

static enum exit_status show_without_closing(const struct closing *closing)
{
	const struct options *options = closing->options;

	if (is_unlisted(closing)) {
		terminal_complain("the server does not list its sessions: "
				  "what would be closed cannot be told");
		return EXIT_REFUSED;
	}
	if (!options->json && !table_print(stdout,
					   closing->matches.list,
					   terminal_width(stdout))) {
		return report_error(options,
				    ERROR_NOT_ENOUGH_MEMORY,
				    "out of memory");
	}
	return EXIT_DONE;
}

static enum exit_status close_or_show(const struct closing *closing)
{
	enum exit_status status = EXIT_DONE;

	if (closing->options->dry_run) {
		status = show_without_closing(closing);
	} else if (!user_confirms(closing)) {
		terminal_complain("nothing was closed");
		return EXIT_NOT_CONFIRMED;
	} else {
		status = close_targets(closing);
	}
	if (closing->options->json) {
		json_print_closing(closing->options,
				   closing->targets,
				   closing->count);
	}
	/* The server listed nothing, and there was nothing to close. */
	if (is_unlisted(closing) && closing->targets[0].state == TARGET_GONE) {
		return report_code(NERR_ClientNameNotFound, "");
	}
	return status;
}

enum exit_status close_sessions(struct smbsession_context *context,
				const struct options *options)
{
	struct closing closing = {.context = context, .options = options};
	NET_API_STATUS code = find_targets(&closing);
	enum exit_status status = EXIT_DONE;

	if (code == NERR_Success) {
		status = close_or_show(&closing);
	} else {
		status = report_error(options,
				      code,
				      smbsession_error_text(context));
	}
	free(closing.targets);
	smbsession_list_free(closing.matches.list);
	return status;
}
