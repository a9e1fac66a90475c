/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an error code means: the exit status, a text, a hint. */

#include "report.h"

#include <stdio.h>
#include <unistd.h>

#include "source/client/error_code.h"

#include "json.h"
#include "terminal.h"

#define NO_DIALECT                                                      \
	"check that it speaks SMB, and a dialect that 'client ipc min " \
	"protocol' and 'client ipc max protocol' allow"
#define HUNG_UP "the server hung up, but may still do what it was asked"

static const struct {
	NET_API_STATUS code;
	enum exit_status status;
	/* NULL: the library's */
	const char *text;
	/* NULL: none */
	const char *hint;
} meanings[] = {
	{NERR_Success, EXIT_DONE, NULL, NULL},
	{NERR_ClientNameNotFound, EXIT_NO_MATCH, NULL, NULL},
	{NERR_UserNotFound, EXIT_NO_MATCH, NULL, NULL},
	{ERROR_NOT_ENOUGH_MEMORY, EXIT_OTHER, "out of memory", NULL},
	{ERROR_ACCESS_DENIED,
	 EXIT_REFUSED,
	 "the server does not let you do this",
	 "log in (-U) as a member of Administrators or Server Operators; "
	 "Samba without the plugin also says this when nothing matches"},
	{ERROR_LOGON_FAILURE,
	 EXIT_REFUSED,
	 NULL,
	 "check the user, the domain (-U 'DOMAIN\\NAME', for Kerberos "
	 "NAME@REALM) and the password; 'klist' shows tickets, 'kinit' gets "
	 "one"},
	{ERROR_NO_LOGON_SERVERS,
	 EXIT_UNREACHABLE,
	 NULL,
	 "check the realm (NAME@REALM, in capitals), and that its domain "
	 "controller is reachable"},
	{ERROR_BAD_NETPATH,
	 EXIT_UNREACHABLE,
	 NULL,
	 "check the name, and that TCP port 445 is reachable"},
	{ERROR_NONE_MAPPED,
	 EXIT_OTHER,
	 "the server does not say which sessions match",
	 "it may list users without a domain, and clients by address: use the "
	 "names that 'smbsession list' shows"},
	{ERROR_ACTIVE_CONNECTIONS, EXIT_NOT_ALL, NULL, NULL},
	{NERR_ServerNotStarted, EXIT_UNREACHABLE, NULL, NULL},
	{ERROR_SEM_TIMEOUT,
	 EXIT_UNREACHABLE,
	 NULL,
	 "it may still do what it was asked; --timeout=SECONDS waits longer"},
	{ERROR_CONNECTION_REFUSED,
	 EXIT_UNREACHABLE,
	 NULL,
	 "check that TCP port 445 is open there, and that samba-dcerpcd runs: "
	 "it serves these calls"},
	{ERROR_CANCELLED, EXIT_NOT_CONFIRMED, NULL, NULL},
	{ERROR_NETWORK_UNREACHABLE, EXIT_UNREACHABLE, NULL, NULL},
	{ERROR_HOST_UNREACHABLE, EXIT_UNREACHABLE, NULL, NULL},
	{ERROR_NETNAME_DELETED, EXIT_UNREACHABLE, NULL, HUNG_UP},
	{ERROR_UNEXP_NET_ERR, EXIT_UNREACHABLE, NULL, HUNG_UP},
	{ERROR_BROKEN_PIPE, EXIT_UNREACHABLE, NULL, HUNG_UP},
	{ERROR_PIPE_NOT_CONNECTED, EXIT_UNREACHABLE, NULL, HUNG_UP},
	{ERROR_NOT_SUPPORTED, EXIT_UNREACHABLE, NULL, NO_DIALECT},
	{ERROR_BAD_NET_RESP, EXIT_UNREACHABLE, NULL, NO_DIALECT},
	{ERROR_ACCOUNT_RESTRICTION, EXIT_REFUSED, NULL, NULL},
	{ERROR_INVALID_LOGON_HOURS, EXIT_REFUSED, NULL, NULL},
	{ERROR_INVALID_WORKSTATION, EXIT_REFUSED, NULL, NULL},
	{ERROR_PASSWORD_EXPIRED, EXIT_REFUSED, NULL, NULL},
	{ERROR_ACCOUNT_DISABLED, EXIT_REFUSED, NULL, NULL},
	{ERROR_LOGON_TYPE_NOT_GRANTED, EXIT_REFUSED, NULL, NULL},
	{ERROR_ACCOUNT_EXPIRED, EXIT_REFUSED, NULL, NULL},
	{ERROR_PASSWORD_MUST_CHANGE, EXIT_REFUSED, NULL, NULL},
	{ERROR_ACCOUNT_LOCKED_OUT, EXIT_REFUSED, NULL, NULL},
	{ERROR_TIMEOUT,
	 EXIT_NOT_ALL,
	 "the server did not finish in time",
	 "a session may still end: list again later"},
	{ERROR_BUSY,
	 EXIT_OTHER,
	 "the server has too many of these calls to do",
	 "try again later"},
};

static size_t find_meaning(NET_API_STATUS code)
{
	size_t i = 0;

	while (i < sizeof(meanings) / sizeof(meanings[0]) &&
	       meanings[i].code != code) {
		i++;
	}
	return i;
}

static bool is_known(size_t meaning)
{
	return meaning < sizeof(meanings) / sizeof(meanings[0]);
}

enum exit_status report_status(NET_API_STATUS code)
{
	size_t meaning = find_meaning(code);

	return is_known(meaning) ? meanings[meaning].status : EXIT_OTHER;
}

const char *report_text(NET_API_STATUS code, const char *text)
{
	size_t meaning = find_meaning(code);

	return is_known(meaning) && meanings[meaning].text != NULL
		       ? meanings[meaning].text
		       : text;
}

static void complain(NET_API_STATUS code, const char *text, const char *hint)
{
	terminal_complain("%s: %s", smbsession_error_name(code), text);
	if (hint != NULL) {
		terminal_complain("hint: %s", hint);
	}
}

enum exit_status report_code(NET_API_STATUS code, const char *text)
{
	size_t meaning = find_meaning(code);

	complain(code,
		 report_text(code, text),
		 is_known(meaning) ? meanings[meaning].hint : NULL);
	return report_status(code);
}

static void print_json(const struct options *options,
		       NET_API_STATUS code,
		       const char *text)
{
	struct json_output output = {.error = {code, text}};

	if (options->json) {
		(void)json_print(options, &output);
	}
}

/* Root needs no login on this machine, but others do. */
static bool is_local_login(const struct options *options, NET_API_STATUS code)
{
	return code == ERROR_LOGON_FAILURE && options->server == NULL &&
	       !options->login && geteuid() != 0;
}

enum exit_status report_error(const struct options *options,
			      NET_API_STATUS code,
			      const char *text)
{
	bool local = is_local_login(options, code);

	text = local ? "Samba on this machine does not know this login"
		     : report_text(code, text);
	print_json(options, code, text);
	if (local) {
		complain(code, text, "run as root, or use -U");
		return report_status(code);
	}
	return report_code(code, text);
}

static const char *no_match_text(const struct options *options)
{
	bool clients = options->clients.count > 0;
	bool users = options->users.count > 0;

	if (options->has_idle) {
		return "no session has been idle for that long";
	}
	if (clients && users) {
		return "no session of that user from that client";
	}
	if (clients) {
		return "no session from that client";
	}
	return users ? "no session of that user" : "there are no sessions";
}

enum exit_status report_no_match(const struct options *options)
{
	bool only_user = options->clients.count == 0 &&
			 options->users.count > 0 && !options->has_idle;
	NET_API_STATUS code =
		only_user ? NERR_UserNotFound : NERR_ClientNameNotFound;
	const char *text = no_match_text(options);

	print_json(options, code, text);
	complain(code,
		 text,
		 options->all ? NULL
			      : "'smbsession list' shows all sessions, and "
				"how they are named");
	return EXIT_NO_MATCH;
}
