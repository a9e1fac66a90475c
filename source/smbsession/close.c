/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smbsession close */

#include "close.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/client/error_code.h"

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
	/* why the server does not say which sessions match all pairs of names;
	 * NERR_Success: it does */
	NET_API_STATUS unlisted;
	struct target *targets;
	size_t count;
	/* the first one */
	struct failure error;
};

/* One call closes all sessions of one client and user. */
static void add_target(struct closing *closing,
		       const char *client,
		       const char *user,
		       uint32_t count)
{
	struct target target = {.client = client, .user = user, .count = count};
	struct target *known =
		target_find(closing->targets, closing->count, client, user);

	if (known != NULL) {
		known->count += count;
	} else {
		closing->targets[closing->count++] = target;
	}
}

/* When it closes, the server decides which sessions the user's own names mean.
 */
static void add_unlisted_targets(struct closing *closing)
{
	for (size_t i = 0; i < options_pair_count(closing->options); i++) {
		struct pair pair = options_pair(closing->options, i);

		add_target(closing, pair.client, pair.user, 0);
	}
}

static void add_targets(struct closing *closing)
{
	const struct matches *matches = &closing->matches;

	for (size_t i = 0; i < matches->found.count; i++) {
		const struct smbsession_info *session =
			&matches->found.entries[i];

		add_target(closing, session->client, session->user, 1);
	}
	for (size_t i = 0; i < matches->in_doubt_count; i++) {
		const struct pair *pair = &matches->in_doubt[i];

		add_target(closing, pair->client, pair->user, 0);
		closing->unlisted = ERROR_NONE_MAPPED;
	}
}

/* A server may allow closing but not listing: Server Operators, for example, if
 * its plugin leaves listing to Samba. */
static bool may_close_unlisted(const struct closing *closing,
			       NET_API_STATUS code)
{
	return !closing->options->all && !closing->options->has_idle &&
	       (code == ERROR_ACCESS_DENIED || code == ERROR_INVALID_LEVEL);
}

static NET_API_STATUS find_targets(struct closing *closing)
{
	NET_API_STATUS code = matches_find(closing->context,
					   closing->options,
					   &closing->matches);

	closing->targets = calloc(closing->matches.found.count +
					  options_pair_count(closing->options),
				  sizeof(*closing->targets));
	if (closing->targets == NULL) {
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	if (may_close_unlisted(closing, code)) {
		closing->unlisted = code;
		closing->matches.found.count = 0;
		add_unlisted_targets(closing);
		return NERR_Success;
	}
	/* Only the list has idle times. */
	if (code == NERR_Success && closing->options->has_idle &&
	    closing->matches.in_doubt_count > 0) {
		return ERROR_NONE_MAPPED;
	}
	add_targets(closing);
	return code;
}

static bool is_unlisted(const struct closing *closing)
{
	return closing->unlisted != NERR_Success;
}

static size_t count_sessions(const struct closing *closing)
{
	size_t total = 0;

	for (size_t i = 0; i < closing->count; i++) {
		total += closing->targets[i].count;
	}
	return total;
}

#define BYSTANDERS                                                         \
	"this server ends whole connections: %zu more of the same client " \
	"may end"

static void warn_of_bystanders(const struct closing *closing)
{
	if (closing->matches.bystanders > 0) {
		terminal_complain("warning: " BYSTANDERS,
				  closing->matches.bystanders);
	}
}

static void write_question(const struct closing *closing,
			   char *question,
			   size_t size)
{
	const char *server = closing->options->server;
	size_t total = count_sessions(closing);

	if (server == NULL) {
		server = "this machine";
	}
	if (is_unlisted(closing)) {
		(void)snprintf(question,
			       size,
			       "%s does not say which sessions match. "
			       "Close all that do?",
			       server);
	} else if (total == 1) {
		(void)snprintf(question,
			       size,
			       "Close this session on %s?",
			       server);
	} else {
		(void)snprintf(question,
			       size,
			       "Close these %zu sessions on %s?",
			       total,
			       server);
	}
}

static bool ask_at(FILE *terminal, const struct closing *closing)
{
	char question[256];

	if (closing->matches.found.count > 0) {
		(void)table_print(terminal,
				  &closing->matches.found,
				  &closing->options->layout,
				  terminal_width(terminal));
	}
	if (closing->matches.bystanders > 0) {
		fprintf(terminal,
			"Warning: " BYSTANDERS "\n",
			closing->matches.bystanders);
	}
	write_question(closing, question, sizeof(question));
	return terminal_ask(terminal, question);
}

/* May it end more than one session? */
static bool needs_consent(const struct closing *closing)
{
	return is_unlisted(closing) ||
	       count_sessions(closing) + closing->matches.bystanders > 1;
}

static bool user_confirms(const struct closing *closing)
{
	FILE *terminal = NULL;
	bool yes = false;

	if (closing->options->yes || !needs_consent(closing)) {
		warn_of_bystanders(closing);
		return true;
	}
	terminal = terminal_open();
	if (terminal == NULL) {
		warn_of_bystanders(closing);
		terminal_complain("%s: without a terminal this needs --yes",
				  is_unlisted(closing)
					  ? "the server does not say which "
					    "sessions match"
					  : "more than one session matches");
		return false;
	}
	yes = ask_at(terminal, closing);
	(void)fclose(terminal);
	return yes;
}

static bool has_target(const struct smbsession_list *list,
		       const struct target *target)
{
	for (size_t i = 0; i < list->count; i++) {
		if (target_find(target,
				1,
				list->entries[i].client,
				list->entries[i].user) != NULL) {
			return true;
		}
	}
	return false;
}

/* Samba without the plugin answers "access denied" when nothing matches. It
 * compares its own names as text, so the library's filter would find too much.
 */
static bool is_still_listed(const struct closing *closing,
			    const struct target *target)
{
	bool from_list = target->count > 0;
	struct smbsession_list *list = NULL;
	NET_API_STATUS code = smbsession_enum(closing->context,
					      closing->options->server,
					      from_list ? NULL : target->client,
					      from_list ? NULL : target->user,
					      &list);
	bool listed = report_status(code) != EXIT_NO_MATCH;

	if (code == NERR_Success && from_list) {
		listed = has_target(list, target);
	}
	smbsession_list_free(list);
	return listed;
}

/* Had all of its sessions ended before the call? */
static bool was_gone_already(const struct closing *closing,
			     const struct target *target,
			     NET_API_STATUS code)
{
	switch (code) {
	case NERR_ClientNameNotFound:
	case NERR_UserNotFound:
		return true;
	case ERROR_ACCESS_DENIED:
		return closing->unlisted != ERROR_ACCESS_DENIED &&
		       !is_still_listed(closing, target);
	default:
		return false;
	}
}

/* What it leaves stays TARGET_WAITING. */
static NET_API_STATUS call_for(const struct closing *closing,
			       struct target *target)
{
	struct pair pair = {target->client, target->user};
	NET_API_STATUS code = NERR_Success;
	bool wanted = true;

	if (closing->options->has_idle) {
		code = matches_are_idle(closing->context,
					closing->options,
					&pair,
					&wanted);
	}
	if (code != NERR_Success || !wanted) {
		return code;
	}
	code = smbsession_del(closing->context,
			      closing->options->server,
			      target->client,
			      target->user);
	if (code == NERR_Success) {
		target->state = TARGET_CLOSED;
	}
	return code;
}

/* Keeps the text of the error, which the next call replaces. */
static void close_target(const struct closing *closing, struct target *target)
{
	NET_API_STATUS code = call_for(closing, target);
	const char *text =
		report_text(code, smbsession_error_text(closing->context));

	if (code == NERR_Success) {
		return;
	}
	target->text = strdup(text);
	if (was_gone_already(closing, target, code)) {
		target->state = TARGET_GONE;
		return;
	}
	target->state = TARGET_FAILED;
	target->error.code = code;
	target->error.text =
		target->text != NULL ? target->text : "out of memory";
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

	if (closing->options->json || target_is_no_match(target)) {
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
		printf(": %s", smbsession_error_name(target->error.code));
	}
	putchar('\n');
	(void)terminal_flush();
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

/* Would the other calls fail the same way? A server that has closed one does
 * not refuse them all, nor does one that may only have found nothing. */
static bool rest_would_fail(const struct target *target, bool any_closed)
{
	enum exit_status status = report_status(target->error.code);
	bool no_match =
		target->count == 0 && target->error.code == ERROR_ACCESS_DENIED;

	return target->state == TARGET_FAILED &&
	       (status == EXIT_UNREACHABLE ||
		(status == EXIT_REFUSED && !any_closed && !no_match));
}

/* Returns the exit status. Reports the first error only, and keeps it. */
static enum exit_status close_targets(struct closing *closing)
{
	enum exit_status status = EXIT_DONE;
	bool any_closed = false;
	bool hopeless = false;

	for (size_t i = 0; i < closing->count && !hopeless; i++) {
		struct target *target = &closing->targets[i];

		set_last_words(closing, i);
		close_target(closing, target);
		any_closed |= target->state == TARGET_CLOSED;
		if (target->state == TARGET_WAITING) {
			closing->matches.kept += target->count;
		}
		if (target->state == TARGET_FAILED && status == EXIT_DONE) {
			closing->error = target->error;
			status = report_code(target->error.code,
					     target->error.text);
		}
		print_target_result(closing, target);
		show_progress(closing, i + 1);
		hopeless = rest_would_fail(target, any_closed);
	}
	terminal_progress_end();
	terminal_no_last_words();
	return status != EXIT_DONE && any_closed ? EXIT_NOT_ALL : status;
}

static enum exit_status show_without_closing(struct closing *closing)
{
	bool any_listed = closing->matches.found.count > 0;

	warn_of_bystanders(closing);
	if ((any_listed || !is_unlisted(closing)) && !closing->options->json &&
	    !table_print(stdout,
			 &closing->matches.found,
			 &closing->options->layout,
			 terminal_width(stdout))) {
		return report_code(ERROR_NOT_ENOUGH_MEMORY, "");
	}
	if (!is_unlisted(closing)) {
		return EXIT_DONE;
	}
	closing->error = (struct failure){
		closing->unlisted,
		"the server does not say which sessions match"};
	terminal_complain("%s", closing->error.text);
	return report_status(closing->unlisted);
}

/* Was there nothing to close after all? */
static bool found_nothing(const struct closing *closing)
{
	for (size_t i = 0; i < closing->count; i++) {
		if (!target_is_no_match(&closing->targets[i])) {
			return false;
		}
	}
	return true;
}

static enum exit_status give_up(struct closing *closing)
{
	closing->error =
		(struct failure){ERROR_CANCELLED, "nothing was closed"};
	terminal_complain("%s", closing->error.text);
	return EXIT_NOT_CONFIRMED;
}

/* Idle sessions that one call would close together with one in use. */
static enum exit_status report_kept(struct closing *closing)
{
	closing->error = (struct failure){
		ERROR_ACTIVE_CONNECTIONS,
		"idle sessions are left, because one of the same client and "
		"user is in use"};
	return report_code(closing->error.code, closing->error.text);
}

static bool print_json(const struct closing *closing)
{
	const struct smbsession_list *found = &closing->matches.found;
	struct json_output output = {
		.list = closing->matches.list_count > 0 &&
					(found->count > 0 ||
					 !is_unlisted(closing))
				? found
				: NULL,
		.targets = closing->targets,
		.target_count = closing->count,
		.error = closing->error,
	};

	return json_print(closing->options, &output);
}

static enum exit_status close_or_show(struct closing *closing)
{
	enum exit_status status = EXIT_DONE;

	if (closing->options->dry_run) {
		status = show_without_closing(closing);
	} else if (user_confirms(closing)) {
		status = close_targets(closing);
	} else {
		status = give_up(closing);
	}
	if (closing->matches.kept > 0 && status == EXIT_DONE) {
		status = report_kept(closing);
	}
	if (closing->count > 0 && found_nothing(closing)) {
		return report_no_match(closing->options);
	}
	if (closing->options->json && !print_json(closing) &&
	    status == EXIT_DONE) {
		return EXIT_OTHER;
	}
	return status;
}

static void free_targets(struct closing *closing)
{
	for (size_t i = 0; i < closing->count; i++) {
		free(closing->targets[i].text);
	}
	free(closing->targets);
}

enum exit_status close_sessions(struct smbsession_context *context,
				const struct options *options)
{
	struct closing closing = {.context = context, .options = options};
	NET_API_STATUS code = find_targets(&closing);
	enum exit_status status = EXIT_DONE;

	if (code != NERR_Success) {
		status =
			report_error(options, code, closing.matches.error_text);
	} else if (closing.count == 0 && closing.matches.kept == 0) {
		status = report_no_match(options);
	} else {
		status = close_or_show(&closing);
	}
	free_targets(&closing);
	matches_free(&closing.matches);
	return status;
}
