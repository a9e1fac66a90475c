/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/smbsession/report.c and source/client/error_name.c: the
 * exit status and the name of each code. */

#include "tests/unit/table.h"

#include "source/client/error_code.h"
#include "source/smbsession/report.h"

struct meaning {
	/* as Microsoft's headers have it */
	const char *name;
	NET_API_STATUS code;
	enum exit_status status;
};

static const struct meaning meanings[] = {
	{"NERR_Success", 0, EXIT_DONE},
	{"ERROR_ACCESS_DENIED", 5, EXIT_REFUSED},
	{"ERROR_NOT_ENOUGH_MEMORY", 8, EXIT_OTHER},
	{"ERROR_INVALID_DATA", 13, EXIT_OTHER},
	{"ERROR_NOT_SUPPORTED", 50, EXIT_UNREACHABLE},
	{"ERROR_BAD_NETPATH", 53, EXIT_UNREACHABLE},
	{"ERROR_BAD_NET_RESP", 58, EXIT_UNREACHABLE},
	{"ERROR_UNEXP_NET_ERR", 59, EXIT_UNREACHABLE},
	{"ERROR_NETNAME_DELETED", 64, EXIT_UNREACHABLE},
	{"ERROR_INVALID_PARAMETER", 87, EXIT_OTHER},
	{"ERROR_BROKEN_PIPE", 109, EXIT_UNREACHABLE},
	{"ERROR_SEM_TIMEOUT", 121, EXIT_UNREACHABLE},
	{"ERROR_INVALID_LEVEL", 124, EXIT_OTHER},
	{"ERROR_BUSY", 170, EXIT_OTHER},
	{"ERROR_PIPE_NOT_CONNECTED", 233, EXIT_UNREACHABLE},
	{"ERROR_MORE_DATA", 234, EXIT_OTHER},
	{"ERROR_CANCELLED", 1223, EXIT_NOT_CONFIRMED},
	{"ERROR_CONNECTION_REFUSED", 1225, EXIT_UNREACHABLE},
	{"ERROR_NETWORK_UNREACHABLE", 1231, EXIT_UNREACHABLE},
	{"ERROR_HOST_UNREACHABLE", 1232, EXIT_UNREACHABLE},
	{"ERROR_NO_LOGON_SERVERS", 1311, EXIT_UNREACHABLE},
	{"ERROR_LOGON_FAILURE", 1326, EXIT_REFUSED},
	{"ERROR_ACCOUNT_RESTRICTION", 1327, EXIT_REFUSED},
	{"ERROR_INVALID_LOGON_HOURS", 1328, EXIT_REFUSED},
	{"ERROR_INVALID_WORKSTATION", 1329, EXIT_REFUSED},
	{"ERROR_PASSWORD_EXPIRED", 1330, EXIT_REFUSED},
	{"ERROR_ACCOUNT_DISABLED", 1331, EXIT_REFUSED},
	{"ERROR_LOGON_TYPE_NOT_GRANTED", 1385, EXIT_REFUSED},
	{"ERROR_TIMEOUT", 1460, EXIT_NOT_ALL},
	{"ERROR_ACCOUNT_EXPIRED", 1793, EXIT_REFUSED},
	{"ERROR_PASSWORD_MUST_CHANGE", 1907, EXIT_REFUSED},
	{"ERROR_ACCOUNT_LOCKED_OUT", 1909, EXIT_REFUSED},
	{"NERR_ServerNotStarted", 2114, EXIT_UNREACHABLE},
	{"NERR_InternalError", 2140, EXIT_OTHER},
	{"NERR_UserNotFound", 2221, EXIT_NO_MATCH},
	{"NERR_ClientNameNotFound", 2312, EXIT_NO_MATCH},
	{"ERROR_ACTIVE_CONNECTIONS", 2402, EXIT_NOT_ALL},
	/* No session call returns this: it has Samba's name. */
	{"WERR_DEVICE_NOT_CONNECTED", 1167, EXIT_OTHER},
};

static void check_meaning(void **state)
{
	const struct meaning *row = *state;

	assert_int_equal(report_status(row->code), row->status);
	assert_string_equal(smbsession_error_name(row->code), row->name);
}

int main(void)
{
	struct table table = {.count = 0};

	TABLE_ADD(&table, meanings, check_meaning);
	return table_run(&table, "report");
}
