/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an error code means: the exit status, a text, a hint. */

#include "report.h"

#include <stdio.h>

#include "source/client/error_code.h"

#include "json.h"
#include "terminal.h"

#define NO_DIALECT                                                        \
	"does it speak SMB, by a dialect that 'client ipc min protocol' " \
	"and 'client ipc max protocol' allow?"
#define HUNG_UP "it hung up, but may do what it was asked all the same"

static const struct {
	NET_API_STATUS code;
	enum exit_status status;
	/* NULL: the library's */
	const char *text;
	/* NULL: none */
	const char *hint;
} meanings[] = {
	{NERR_Success, EXIT_DONE, NULL, NULL},
	{NERR_ClientNameNotFound,
	 EXIT_NO_MATCH,
	 "no session of that client and user",
	 "'smbsession list' shows the sessions and how they are named"},
	{NERR_UserNotFound,
	 EXIT_NO_MATCH,
	 "no session of that user",
	 "'smbsession list' shows the sessions and how they are named"},
	{ERROR_ACCESS_DENIED,
	 EXIT_REFUSED,
	 "the server does not let you do this",
	 "it takes a member of Administrators or Server Operators (-U); "
	 "Samba without the plugin also says so when nobody matches"},
	{ERROR_LOGON_FAILURE,
	 EXIT_REFUSED,
	 NULL,
	 "is it the right user, domain (-U 'DOMAIN\\NAME', for Kerberos "
	 "NAME@REALM) and password? 'klist' shows tickets, 'kinit' gets one"},
	{ERROR_NO_LOGON_SERVERS,
	 EXIT_UNREACHABLE,
	 NULL,
	 "is the realm right (NAME@REALM, in capitals), and its domain "
	 "controller to be reached from here?"},
	{ERROR_BAD_NETPATH,
	 EXIT_UNREACHABLE,
	 NULL,
	 "is the name right, and its TCP port 445 to be reached from here?"},
	{NERR_ServerNotStarted, EXIT_UNREACHABLE, NULL, NULL},
	{ERROR_SEM_TIMEOUT,
	 EXIT_UNREACHABLE,
	 NULL,
	 "it may still do what it was asked; --timeout waits for longer"},
	{ERROR_CONNECTION_REFUSED,
	 EXIT_UNREACHABLE,
	 NULL,
	 "is its TCP port 445 open, and does samba-dcerpcd run there? It "
	 "serves srvsvc for smbd"},
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
	 "the server was not through with it in time",
	 "a session that was to end may still do so: list again in a while"},
	{ERROR_BUSY,
	 EXIT_OTHER,
	 "the server has too many such calls to do",
	 "try again"},
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

static const char *meaning_text(size_t meaning, const char *text)
{
	return is_known(meaning) && meanings[meaning].text != NULL
		       ? meanings[meaning].text
		       : text;
}

enum exit_status report_code(NET_API_STATUS code, const char *text)
{
	size_t meaning = find_meaning(code);

	terminal_complain("%s: %s",
			  smbsession_error_name(code),
			  meaning_text(meaning, text));
	if (is_known(meaning) && meanings[meaning].hint != NULL) {
		terminal_complain("hint: %s", meanings[meaning].hint);
	}
	return report_status(code);
}

enum exit_status report_error(const struct options *options,
			      NET_API_STATUS code,
			      const char *text)
{
	if (options->json) {
		json_print_error(code, meaning_text(find_meaning(code), text));
	}
	return report_code(code, text);
}
