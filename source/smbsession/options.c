/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of smbsession. */

#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <popt.h>

#include "duration.h"
#include "name_argument.h"
#include "screen.h"
#include "terminal.h"

/* for the names of all verbs in a row */
#define NAMES_SIZE 64

enum {
	OPTION_LOGIN = 'U',
	OPTION_AUTHENTICATION_FILE = 'A',
	OPTION_NO_PASS = 'N',
	OPTION_KERBEROS = 'k',
	OPTION_CONFIGFILE = 's',
	OPTION_PASSWORD = 1000,
	OPTION_USE_KERBEROS,
	OPTION_PROTECTION,
	OPTION_OPTION,
	OPTION_TIMEOUT,
	OPTION_CLIENT,
	OPTION_USER,
	OPTION_IDLE,
	OPTION_SORT,
	OPTION_REVERSE,
	OPTION_COLUMNS,
	OPTION_NO_HEADER,
	OPTION_ALL,
	OPTION_YES,
	OPTION_DRY_RUN,
	OPTION_JSON,
	OPTION_VERSION,
	OPTION_HELP,
};

static const struct poptOption table[] = {
	{"client",
	 0,
	 POPT_ARG_STRING,
	 NULL,
	 OPTION_CLIENT,
	 "Only sessions from this client; may be repeated",
	 "NAME or ADDRESS"},
	{"user",
	 0,
	 POPT_ARG_STRING,
	 NULL,
	 OPTION_USER,
	 "Only sessions of this user; may be repeated",
	 "NAME"},
	{"idle",
	 0,
	 POPT_ARG_STRING,
	 NULL,
	 OPTION_IDLE,
	 "Only sessions idle for this long, such as 8h",
	 "DURATION"},
	{"all",
	 0,
	 POPT_ARG_NONE,
	 NULL,
	 OPTION_ALL,
	 "close: all sessions of the server",
	 NULL},
	{"yes",
	 'y',
	 POPT_ARG_NONE,
	 NULL,
	 OPTION_YES,
	 "close: do not ask",
	 NULL},
	{"dry-run",
	 'n',
	 POPT_ARG_NONE,
	 NULL,
	 OPTION_DRY_RUN,
	 "close: show what would be closed, close nothing",
	 NULL},
	{"sort",
	 0,
	 POPT_ARG_STRING,
	 NULL,
	 OPTION_SORT,
	 "Order by user, client, opens, connected or idle",
	 "COLUMN"},
	{"reverse",
	 'r',
	 POPT_ARG_NONE,
	 NULL,
	 OPTION_REVERSE,
	 "Reverse the order",
	 NULL},
	{"columns",
	 0,
	 POPT_ARG_STRING,
	 NULL,
	 OPTION_COLUMNS,
	 "Show these columns, such as user,idle",
	 "NAME,..."},
	{"no-header",
	 0,
	 POPT_ARG_NONE,
	 NULL,
	 OPTION_NO_HEADER,
	 "Show no headings",
	 NULL},
	{"json", 0, POPT_ARG_NONE, NULL, OPTION_JSON, "Write JSON", NULL},
	{"login",
	 'U',
	 POPT_ARG_STRING,
	 NULL,
	 OPTION_LOGIN,
	 "Log in as this user",
	 "[DOMAIN\\]NAME[%PASSWORD]"},
	{"password",
	 0,
	 POPT_ARG_STRING,
	 NULL,
	 OPTION_PASSWORD,
	 "Password to log in with",
	 "STRING"},
	{"authentication-file",
	 'A',
	 POPT_ARG_STRING,
	 NULL,
	 OPTION_AUTHENTICATION_FILE,
	 "Log in with what this file says",
	 "FILE"},
	{"no-pass",
	 'N',
	 POPT_ARG_NONE,
	 NULL,
	 OPTION_NO_PASS,
	 "Ask for no password",
	 NULL},
	{"kerberos",
	 'k',
	 POPT_ARG_NONE,
	 NULL,
	 OPTION_KERBEROS,
	 "The same as --use-kerberos=required",
	 NULL},
	{"use-kerberos",
	 0,
	 POPT_ARG_STRING,
	 NULL,
	 OPTION_USE_KERBEROS,
	 "Log in with Kerberos",
	 "desired|required|off"},
	{"client-protection",
	 0,
	 POPT_ARG_STRING,
	 NULL,
	 OPTION_PROTECTION,
	 "Protect the connection",
	 "sign|encrypt|off"},
	{"configfile",
	 's',
	 POPT_ARG_STRING,
	 NULL,
	 OPTION_CONFIGFILE,
	 "Use this file instead of smb.conf",
	 "FILE"},
	{"option",
	 0,
	 POPT_ARG_STRING,
	 NULL,
	 OPTION_OPTION,
	 "Override a parameter of smb.conf",
	 "NAME=VALUE"},
	{"timeout",
	 't',
	 POPT_ARG_STRING,
	 NULL,
	 OPTION_TIMEOUT,
	 "Wait no longer for a list or a close (30)",
	 "SECONDS"},
	{"version",
	 'V',
	 POPT_ARG_NONE,
	 NULL,
	 OPTION_VERSION,
	 "Print the version",
	 NULL},
	{"help", 'h', POPT_ARG_NONE, NULL, OPTION_HELP, "Print this", NULL},
	/* As Samba's tools have it. */
	{NULL,
	 '?',
	 POPT_ARG_NONE | POPT_ARGFLAG_DOC_HIDDEN,
	 NULL,
	 OPTION_HELP,
	 NULL,
	 NULL},
	POPT_TABLEEND};

/* Where a password begins, or NULL. It ends where its argument ends. */
static char *find_password(char *argument, char *next)
{
	if (strncmp(argument, "--password=", 11) == 0) {
		return argument + 11;
	}
	if (strncmp(argument, "--login=", 8) == 0) {
		return strchr(argument, '%');
	}
	if (next != NULL && strcmp(argument, "--password") == 0) {
		return next;
	}
	if (next != NULL && (strcmp(argument, "--login") == 0 ||
			     (argument[0] == '-' && argument[1] != '-' &&
			      argument[strlen(argument) - 1] == 'U'))) {
		return strchr(next, '%');
	}
	/* -Uname%password, or with other letters before the U */
	if (argument[0] == '-' && argument[1] != '-' &&
	    strchr(argument, 'U') != NULL) {
		return strchr(argument, '%');
	}
	return NULL;
}

/* So that ps(1) shows no password. popt has its own copies by now. */
static void overwrite_passwords(int argc, char *argv[])
{
	for (int i = 1; i < argc; i++) {
		char *password =
			find_password(argv[i],
				      i + 1 < argc ? argv[i + 1] : NULL);

		if (password != NULL) {
			explicit_bzero(password, strlen(password));
		}
	}
}

static enum options_result no_memory(void)
{
	terminal_complain("out of memory");
	return OPTIONS_NO_MEMORY;
}

static enum options_result usage_error(const char *what, const char *complaint)
{
	char *shown = screen_text(what);

	if (shown == NULL) {
		return no_memory();
	}
	terminal_complain("%s: %s", shown, complaint);
	(void)fputs("Try 'smbsession --help'.\n", stderr);
	free(shown);
	return OPTIONS_WRONG;
}

/* Such as "--timeout: '0' is not a number from 1 to 3600". */
static enum options_result value_error(const char *what,
				       const char *value,
				       const char *complaint)
{
	char *shown = screen_text(value);

	if (shown == NULL) {
		return no_memory();
	}
	terminal_complain("%s: '%s' %s", what, shown, complaint);
	free(shown);
	return OPTIONS_WRONG;
}

/* The same for an option of the table. */
static enum options_result option_error(int option,
					const char *value,
					const char *complaint)
{
	const struct poptOption *known = table;
	char name[32];

	while (known->val != option) {
		known++;
	}
	(void)snprintf(name, sizeof(name), "--%s", known->longName);
	return value_error(name, value, complaint);
}

static NET_API_STATUS set_protection(struct smbsession_context *context,
				     const char *how)
{
	static const struct {
		const char *name;
		const char *option;
	} known[] = {{"sign", "client protection=sign"},
		     {"encrypt", "client protection=encrypt"},
		     {"off", "client protection=plain"}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(how, known[i].name) == 0) {
			return smbsession_set(context,
					      SMBSESSION_OPTION,
					      known[i].option);
		}
	}
	return ERROR_INVALID_PARAMETER;
}

static NET_API_STATUS apply_connection_option(
	struct smbsession_context *context,
	int option,
	const char *value)
{
	switch (option) {
	case OPTION_LOGIN:
		return smbsession_set(context, SMBSESSION_USERNAME, value);
	case OPTION_PASSWORD:
		return smbsession_set(context, SMBSESSION_PASSWORD, value);
	case OPTION_AUTHENTICATION_FILE:
		return smbsession_set(context,
				      SMBSESSION_AUTHENTICATION_FILE,
				      value);
	case OPTION_NO_PASS:
		return smbsession_set(context, SMBSESSION_PASSWORD, NULL);
	case OPTION_KERBEROS:
		return smbsession_set(context, SMBSESSION_KERBEROS, "required");
	case OPTION_USE_KERBEROS:
		return smbsession_set(context, SMBSESSION_KERBEROS, value);
	case OPTION_PROTECTION:
		return set_protection(context, value);
	case OPTION_CONFIGFILE:
		return smbsession_set(context, SMBSESSION_CONFIGFILE, value);
	case OPTION_OPTION:
		return smbsession_set(context, SMBSESSION_OPTION, value);
	case OPTION_TIMEOUT:
		return smbsession_set(context, SMBSESSION_TIMEOUT, value);
	default:
		return ERROR_INVALID_PARAMETER;
	}
}

/* access() opens nothing: a pipe can be read only once. */
static const char *file_complaint(const char *path)
{
	struct stat info;

	if (access(path, R_OK) != 0 || stat(path, &info) != 0) {
		return strerror(errno);
	}
	return S_ISDIR(info.st_mode) ? strerror(EISDIR) : NULL;
}

static enum options_result check_file(int option, const char *path)
{
	const char *why = file_complaint(path);
	char complaint[128];

	if (why == NULL) {
		return OPTIONS_OK;
	}
	(void)snprintf(complaint, sizeof(complaint), "cannot be read: %s", why);
	return option_error(option, path, complaint);
}

/* What is wrong with a value that the library does not take. */
static const char *value_complaint(int option)
{
	switch (option) {
	case OPTION_USE_KERBEROS:
		return "is not desired, required or off";
	case OPTION_PROTECTION:
		return "is not sign, encrypt or off";
	case OPTION_OPTION:
		return "is not a parameter of smb.conf with its value "
		       "(NAME=VALUE)";
	case OPTION_TIMEOUT:
		return "is not a number from 1 to 3600";
	default:
		return "cannot be used";
	}
}

static enum options_result store_connection_option(
	struct smbsession_context *context,
	int option,
	char *value)
{
	enum options_result result = OPTIONS_OK;

	if (option == OPTION_AUTHENTICATION_FILE ||
	    option == OPTION_CONFIGFILE) {
		result = check_file(option, value);
	}
	if (result == OPTIONS_OK) {
		switch (apply_connection_option(context, option, value)) {
		case NERR_Success:
			break;
		case ERROR_NOT_ENOUGH_MEMORY:
			result = no_memory();
			break;
		default:
			result = option_error(option,
					      value,
					      value_complaint(option));
		}
	}
	free(value);
	return result;
}

static enum options_result add_name(struct names *names, const char *name)
{
	const char **longer =
		realloc(names->names, (names->count + 1) * sizeof(*longer));

	if (longer == NULL) {
		return no_memory();
	}
	longer[names->count++] = name;
	names->names = longer;
	return OPTIONS_OK;
}

static enum options_result add_user(struct options *options, const char *user)
{
	const char *complaint = user != NULL ? name_argument_user(user) : NULL;

	if (user == NULL) {
		return no_memory();
	}
	return complaint != NULL ? option_error(OPTION_USER, user, complaint)
				 : add_name(&options->users, user);
}

/* Windows takes a client only with the backslashes. */
static enum options_result add_client(struct options *options, char *value)
{
	char *given = value != NULL ? strdup(value) : NULL;
	const char *bare = NULL;
	char *name = NULL;
	const char *complaint = NULL;
	enum options_result result = OPTIONS_OK;

	if (given == NULL) {
		return no_memory();
	}
	complaint = name_argument_client(value, &bare);
	if (complaint != NULL) {
		result = option_error(OPTION_CLIENT, given, complaint);
	} else if (asprintf(&name, "\\\\%s", bare) < 0) {
		result = no_memory();
	} else {
		result = add_name(&options->clients, name);
	}
	free(given);
	return result;
}

/* What is wrong with the value of an option about the list, or NULL. */
static const char *store_list_option(struct options *options,
				     int option,
				     const char *value)
{
	switch (option) {
	case OPTION_IDLE:
		options->has_idle = true;
		return duration_read(value, &options->idle)
			       ? NULL
			       : "is not a duration, such as 8h or '1d 2h'";
	case OPTION_SORT:
		return sort_key_read(value, &options->order.key)
			       ? NULL
			       : "is not user, client, opens, connected or "
				 "idle";
	default:
		return table_columns_read(value, &options->layout);
	}
}

static enum options_result check_list_option(struct options *options,
					     int option,
					     char *value)
{
	const char *complaint =
		value != NULL ? store_list_option(options, option, value)
			      : NULL;
	enum options_result result = OPTIONS_OK;

	if (value == NULL) {
		return no_memory();
	}
	if (complaint != NULL) {
		result = option_error(option, value, complaint);
	}
	free(value);
	return result;
}

static bool is_login(int option)
{
	return option == OPTION_LOGIN || option == OPTION_PASSWORD ||
	       option == OPTION_AUTHENTICATION_FILE ||
	       option == OPTION_NO_PASS || option == OPTION_KERBEROS;
}

/* Returns false for options with a value. */
static bool store_flag(struct options *options, int option)
{
	switch (option) {
	case OPTION_ALL:
		options->all = true;
		return true;
	case OPTION_YES:
		options->yes = true;
		return true;
	case OPTION_DRY_RUN:
		options->dry_run = true;
		return true;
	case OPTION_REVERSE:
		options->order.reverse = true;
		return true;
	case OPTION_NO_HEADER:
		options->layout.no_header = true;
		return true;
	case OPTION_JSON:
		options->json = true;
		return true;
	default:
		return false;
	}
}

/* Such as "list or close". */
static void join_names(const struct verb *verbs,
		       const char *separator,
		       char text[NAMES_SIZE])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; verbs[i].name != NULL && used < NAMES_SIZE; i++) {
		used += (size_t)snprintf(text + used,
					 NAMES_SIZE - used,
					 "%s%s",
					 i > 0 ? separator : "",
					 verbs[i].name);
	}
}

static void set_usage_line(poptContext popt, const struct verb *verbs)
{
	char names[NAMES_SIZE];
	char line[NAMES_SIZE + 32];

	join_names(verbs, "|", names);
	(void)snprintf(line, sizeof(line), "%s [\\\\SERVER] [OPTIONS]", names);
	poptSetOtherOptionHelp(popt, line);
}

static void print_help(poptContext popt, const struct verb *verbs)
{
	for (size_t i = 0; verbs[i].name != NULL; i++) {
		printf("smbsession %s\n", verbs[i].usage);
	}
	puts("\n"
	     "Lists the network sessions of a server, or closes them; of the "
	     "local one when\n"
	     "none is named. See smbsession(1).\n");
	poptPrintHelp(popt, stdout, 0);
}

static enum options_result store_value(struct options *options,
				       struct smbsession_context *context,
				       int option,
				       char *value)
{
	options->login |= is_login(option);
	switch (option) {
	case OPTION_CLIENT:
		return add_client(options, value);
	case OPTION_USER:
		return add_user(options, value);
	case OPTION_IDLE:
	case OPTION_SORT:
	case OPTION_COLUMNS:
		return check_list_option(options, option, value);
	default:
		return store_connection_option(context, option, value);
	}
}

static enum options_result read_options(poptContext popt,
					const struct verb *verbs,
					struct options *options,
					struct smbsession_context *context)
{
	enum options_result result = OPTIONS_OK;
	int option = 0;

	while (result == OPTIONS_OK && (option = poptGetNextOpt(popt)) > 0) {
		char *value = poptGetOptArg(popt);

		if (option == OPTION_HELP) {
			print_help(popt, verbs);
			return OPTIONS_DONE;
		}
		if (option == OPTION_VERSION) {
			puts("smbsession " SESSIONDEL_VERSION);
			return OPTIONS_DONE;
		}
		if (!store_flag(options, option)) {
			result = store_value(options, context, option, value);
		}
	}
	if (option < -1) {
		return usage_error(poptBadOption(popt, 0),
				   poptStrerror(option));
	}
	return result;
}

static const struct verb *find_verb(const struct verb *verbs, const char *name)
{
	while (verbs->name != NULL && strcmp(verbs->name, name) != 0) {
		verbs++;
	}
	return verbs->name != NULL ? verbs : NULL;
}

static enum options_result verb_error(const struct verb *verbs,
				      const char *name)
{
	char names[NAMES_SIZE];
	char complaint[NAMES_SIZE + 32];

	join_names(verbs, " or ", names);
	(void)snprintf(complaint,
		       sizeof(complaint),
		       "is no command (expected %s)",
		       names);
	return name != NULL ? value_error("COMMAND", name, complaint)
			    : usage_error("no command", names);
}

static enum options_result check_server(const char *server)
{
	const char *bare = NULL;
	const char *complaint =
		server != NULL ? name_argument_server(server, &bare) : NULL;

	return complaint != NULL ? value_error("SERVER", server, complaint)
				 : OPTIONS_OK;
}

static enum options_result read_arguments(poptContext popt,
					  const struct verb *verbs,
					  struct options *options)
{
	const char *name = poptGetArg(popt);

	if (name != NULL && strcmp(name, "help") == 0) {
		print_help(popt, verbs);
		return OPTIONS_DONE;
	}
	options->verb = name != NULL ? find_verb(verbs, name) : NULL;
	if (options->verb == NULL) {
		return verb_error(verbs, name);
	}
	options->server = poptGetArg(popt);
	if (poptPeekArg(popt) != NULL) {
		return value_error("SERVER",
				   poptPeekArg(popt),
				   "is a second one: one server at a time");
	}
	return check_server(options->server);
}

static enum options_result check_combination(const struct options *options)
{
	const struct layout *layout = &options->layout;

	if (options->json && (layout->count > 0 || layout->no_header)) {
		return usage_error("--columns, --no-header", "not with --json");
	}
	if (!options->verb->closes &&
	    (options->all || options->yes || options->dry_run)) {
		return usage_error("--all, --yes, --dry-run",
				   "only with close");
	}
	if (options->verb->closes && options->all == options_filter(options)) {
		return usage_error(options->verb->name,
				   "say which sessions, by --client, --user "
				   "and --idle, or --all");
	}
	/* A server also says 0 if it does not know. */
	if (options->verb->closes && options->has_idle && options->idle == 0) {
		return usage_error("--idle", "0 means every session");
	}
	return OPTIONS_OK;
}

bool options_filter(const struct options *options)
{
	return options->clients.count + options->users.count > 0 ||
	       options->has_idle;
}

size_t options_pair_count(const struct options *options)
{
	size_t clients = options->clients.count;
	size_t users = options->users.count;

	return (clients > 0 ? clients : 1) * (users > 0 ? users : 1);
}

struct pair options_pair(const struct options *options, size_t number)
{
	size_t users = options->users.count > 0 ? options->users.count : 1;
	struct pair pair = {NULL, NULL};

	if (options->clients.count > 0) {
		pair.client = options->clients.names[number / users];
	}
	if (options->users.count > 0) {
		pair.user = options->users.names[number % users];
	}
	return pair;
}

enum options_result options_read(int argc,
				 char *argv[],
				 const struct verb *verbs,
				 struct options *options,
				 struct smbsession_context *context)
{
	poptContext popt = poptGetContext("smbsession",
					  argc,
					  (const char **)argv,
					  table,
					  0);
	enum options_result result = OPTIONS_OK;

	*options = (struct options){.verb = NULL};
	set_usage_line(popt, verbs);
	result = read_options(popt, verbs, options, context);
	overwrite_passwords(argc, argv);
	if (result == OPTIONS_OK) {
		result = read_arguments(popt, verbs, options);
	}
	if (result == OPTIONS_OK) {
		result = check_combination(options);
	}
	/* popt is not freed, because options points into it. */
	return result;
}
