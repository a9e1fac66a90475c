/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NetSessionDel() for Linux programs, and what it needs to log in. */

#ifndef SMBSESSION_H
#define SMBSESSION_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* Samba's <netapi.h> has this type, too: include that one first. */
#ifndef __LIB_NETAPI_H__
typedef uint32_t NET_API_STATUS;
#endif

#ifndef NERR_Success
#define NERR_Success 0
#endif
#ifndef ERROR_ACCESS_DENIED
#define ERROR_ACCESS_DENIED 5
#endif
#ifndef ERROR_NOT_ENOUGH_MEMORY
#define ERROR_NOT_ENOUGH_MEMORY 8
#endif
#ifndef ERROR_BAD_NETPATH
#define ERROR_BAD_NETPATH 53
#endif
#ifndef ERROR_NETNAME_DELETED
#define ERROR_NETNAME_DELETED 64
#endif
#ifndef ERROR_INVALID_PARAMETER
#define ERROR_INVALID_PARAMETER 87
#endif
#ifndef ERROR_SEM_TIMEOUT
#define ERROR_SEM_TIMEOUT 121
#endif
#ifndef ERROR_INVALID_LEVEL
#define ERROR_INVALID_LEVEL 124
#endif
#ifndef ERROR_BUSY
#define ERROR_BUSY 170
#endif
#ifndef ERROR_CONNECTION_REFUSED
#define ERROR_CONNECTION_REFUSED 1225
#endif
#ifndef ERROR_NO_LOGON_SERVERS
#define ERROR_NO_LOGON_SERVERS 1311
#endif
#ifndef ERROR_LOGON_FAILURE
#define ERROR_LOGON_FAILURE 1326
#endif
#ifndef ERROR_TIMEOUT
#define ERROR_TIMEOUT 1460
#endif
#ifndef NERR_UserNotFound
#define NERR_UserNotFound 2221
#endif
#ifndef NERR_ClientNameNotFound
#define NERR_ClientNameNotFound 2312
#endif

/**
 * End network sessions of a server.
 *
 * All strings are UTF-8. Logs in as smbsession_use() says, and else as
 * Samba's tools without options do; to the local server root needs no login.
 *
 * @param[in] servername     DNS or NetBIOS name or address, with or without
 *                           a leading "\\"; NULL is the local server.
 * @param[in] UncClientName  "\\" and the client's name or address; NULL is
 *                           any client.
 * @param[in] username       Whose sessions; NULL is any user.
 *
 * @return NERR_Success when the sessions are gone, NERR_ClientNameNotFound,
 *         ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER (both names NULL, for
 *         one), ERROR_NOT_ENOUGH_MEMORY, and what the network adds, see
 *         NetSessionDel(3).
 */
NET_API_STATUS NetSessionDel(const char *servername,
			     const char *UncClientName,
			     const char *username);

/* How to log in and where, and the connection that is kept between calls. */
struct smbsession_context;

enum smbsession_setting {
	/* "user", "DOMAIN\user" or "user@REALM", each with or without
	 * "%password" */
	SMBSESSION_USERNAME = 1,
	/* NULL: none, and none is asked for; a Kerberos ticket will do */
	SMBSESSION_PASSWORD = 2,
	/* a file with lines "username = ", "password = ", "domain = " */
	SMBSESSION_AUTHENTICATION_FILE = 3,
	/* "off", "desired" or "required" */
	SMBSESSION_KERBEROS = 4,
	/* instead of Samba's own smb.conf */
	SMBSESSION_CONFIGFILE = 5,
	/* "name=value" that overrides smb.conf; each call adds one */
	SMBSESSION_OPTION = 6,
	/* seconds that one function may take, "30" at first */
	SMBSESSION_TIMEOUT = 7,
};

/**
 * Make a context.
 *
 * @return For smbsession_free(); NULL when there is no memory.
 */
struct smbsession_context *smbsession_new(void);

/** Free a context, and end its connection. NULL is allowed. */
void smbsession_free(struct smbsession_context *context);

/**
 * Change one setting; it counts for connections that are made later.
 *
 * @param[in] value  Copied. UTF-8.
 *
 * @return NERR_Success, ERROR_INVALID_PARAMETER when the value is none,
 *         ERROR_NOT_ENOUGH_MEMORY.
 */
NET_API_STATUS smbsession_set(struct smbsession_context *context,
			      enum smbsession_setting setting,
			      const char *value);

/**
 * Say who is asked for a password that is needed and not set.
 *
 * @param[in] prompt  Gets the user's name and private_data; what it returns
 *                    is copied, NULL is no password.
 */
void smbsession_set_prompt(struct smbsession_context *context,
			   const char *(*prompt)(const char *username,
						 void *private_data),
			   void *private_data);

/**
 * Have NetSessionDel() use this context from now on, for the whole process;
 * NULL is a new one for every call. The context must outlive its use.
 */
void smbsession_use(struct smbsession_context *context);

/** NetSessionDel() with a context of one's own. */
NET_API_STATUS smbsession_del(struct smbsession_context *context,
			      const char *servername,
			      const char *UncClientName,
			      const char *username);

/* One session, as NetrSessionEnum tells ([MS-SRVS] 2.2.4.12 to 2.2.4.16). */
struct smbsession_info {
	/* UTF-8, as the server tells it; NULL when the level has none */
	const char *client;
	const char *user;
	const char *client_type;
	const char *transport;
	/* seconds */
	uint32_t time;
	uint32_t idle_time;
	uint32_t num_opens;
	/* 1: guest, 2: without password encryption */
	uint32_t user_flags;
};

struct smbsession_list {
	/* 502, 2, 1, 10 or 0: tells which fields of the entries hold */
	uint32_t level;
	size_t count;
	struct smbsession_info *entries;
};

/**
 * List the sessions of a server, with as much as it tells.
 *
 * @param[in]  servername  as for NetSessionDel()
 * @param[in]  client      for the server to filter by, or NULL; not all
 *                         servers do
 * @param[in]  user        the same
 * @param[out] list        for smbsession_list_free(), NULL on errors
 *
 * @return NERR_Success, also with an empty list; NERR_ClientNameNotFound or
 *         NERR_UserNotFound where the server filters; or an error.
 */
NET_API_STATUS smbsession_enum(struct smbsession_context *context,
			       const char *servername,
			       const char *client,
			       const char *user,
			       struct smbsession_list **list);

/** Free a list. NULL is allowed. */
void smbsession_list_free(struct smbsession_list *list);

/**
 * The name of a code, such as "NERR_ClientNameNotFound".
 *
 * @return Static; Samba's name for codes that no session call is known to give.
 */
const char *smbsession_error_name(NET_API_STATUS code);

/**
 * What went wrong in the context's last call, in words.
 *
 * @return Owned by the context, until its next call; "" when nothing did.
 */
const char *smbsession_error_text(const struct smbsession_context *context);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
