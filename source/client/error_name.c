/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of result codes, as Microsoft's headers have them. */

#include <string.h>

#include <core/werror.h>

#include "smbsession.h"

static const struct {
	NET_API_STATUS code;
	const char *name;
} names[] = {
	{NERR_Success, "NERR_Success"},
	{ERROR_ACCESS_DENIED, "ERROR_ACCESS_DENIED"},
	{ERROR_NOT_ENOUGH_MEMORY, "ERROR_NOT_ENOUGH_MEMORY"},
	{ERROR_BAD_NETPATH, "ERROR_BAD_NETPATH"},
	{ERROR_INVALID_PARAMETER, "ERROR_INVALID_PARAMETER"},
	{ERROR_SEM_TIMEOUT, "ERROR_SEM_TIMEOUT"},
	{ERROR_INVALID_LEVEL, "ERROR_INVALID_LEVEL"},
	{ERROR_BUSY, "ERROR_BUSY"},
	{ERROR_NO_LOGON_SERVERS, "ERROR_NO_LOGON_SERVERS"},
	{ERROR_LOGON_FAILURE, "ERROR_LOGON_FAILURE"},
	{ERROR_TIMEOUT, "ERROR_TIMEOUT"},
	{2140, "NERR_InternalError"},
	{NERR_UserNotFound, "NERR_UserNotFound"},
	{NERR_ClientNameNotFound, "NERR_ClientNameNotFound"},
};

const char *smbsession_error_name(NET_API_STATUS code)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].code == code) {
			return names[i].name;
		}
	}
	/* Samba's own names begin with WERR_. */
	return win_errstr(W_ERROR(code));
}
