/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NetSessionDel(), NetSessionEnum() and NetSessionGetInfo() for Linux programs,
 * and what they need to log in. */

#ifndef SMBSESSION_H
#define SMBSESSION_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Samba's <netapi.h> has the same type, and NetApiBufferFree(). A program that
 * can include it may do so before this header or after it. It defines struct
 * GUID, so Samba's NDR headers come before both. */
#if defined(__has_include) && !defined(SMBSESSION_WITHOUT_NETAPI_H)
#if __has_include(<netapi.h>)
#include <netapi.h>
#endif
#endif

#pragma GCC visibility push(default)

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
#ifndef ERROR_MORE_DATA
#define ERROR_MORE_DATA 234
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
#ifndef ERROR_NONE_MAPPED
#define ERROR_NONE_MAPPED 1332
#endif
#ifndef ERROR_TIMEOUT
#define ERROR_TIMEOUT 1460
#endif
#ifndef NERR_ServerNotStarted
#define NERR_ServerNotStarted 2114
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
 * All strings are UTF-8. Uses the context that smbsession_use() was given.
 * Without one it logs in as Samba's tools do without options. Root needs no
 * login on the local server.
 *
 * @param[in] servername     DNS or NetBIOS name or address, with or without
 *                           a leading "\\"; NULL or "" is the local server.
 * @param[in] UncClientName  "\\" and the client's name or address; NULL is
 *                           any client.
 * @param[in] username       Whose sessions; NULL is any user.
 *
 * @return NERR_Success when the sessions are gone, NERR_ClientNameNotFound,
 *         ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER (for example when both
 *         names are NULL), ERROR_NOT_ENOUGH_MEMORY, or another error: see
 *         NetSessionDel(3).
 */
NET_API_STATUS NetSessionDel(const char *servername,
			     const char *UncClientName,
			     const char *username);

/* What NetSessionEnum() and NetSessionGetInfo() return, by level. Strings are
 * UTF-8 and never NULL. Times are in seconds. */
struct SESSION_INFO_0 {
	const char *sesi0_cname;
};

struct SESSION_INFO_1 {
	const char *sesi1_cname;
	const char *sesi1_username;
	uint32_t sesi1_num_opens;
	uint32_t sesi1_time;
	uint32_t sesi1_idle_time;
	uint32_t sesi1_user_flags;
};

struct SESSION_INFO_2 {
	const char *sesi2_cname;
	const char *sesi2_username;
	uint32_t sesi2_num_opens;
	uint32_t sesi2_time;
	uint32_t sesi2_idle_time;
	uint32_t sesi2_user_flags;
	const char *sesi2_cltype_name;
};

struct SESSION_INFO_10 {
	const char *sesi10_cname;
	const char *sesi10_username;
	uint32_t sesi10_time;
	uint32_t sesi10_idle_time;
};

struct SESSION_INFO_502 {
	const char *sesi502_cname;
	const char *sesi502_username;
	uint32_t sesi502_num_opens;
	uint32_t sesi502_time;
	uint32_t sesi502_idle_time;
	uint32_t sesi502_user_flags;
	const char *sesi502_cltype_name;
	const char *sesi502_transport;
};

/* sesiN_user_flags */
#define SESS_GUEST 1
#define SESS_NOENCRYPTION 2

/**
 * List network sessions of a server.
 *
 * Logs in as NetSessionDel() does.
 *
 * @param[in]     servername     as for NetSessionDel()
 * @param[in]     UncClientName  only this client's; NULL is any
 * @param[in]     username       only this user's; NULL is any
 * @param[in]     level          0, 1, 2, 10 or 502
 * @param[out]    buffer         An array of SESSION_INFO_level. Free it with
 *                               NetApiBufferFree(). NULL on errors, but not
 *                               with ERROR_MORE_DATA.
 * @param[in]     prefmaxlen     how many bytes the server should send at most,
 *                               or MAX_PREFERRED_LENGTH
 * @param[out]    entriesread    how many are in the buffer
 * @param[out]    totalentries   how many there were from the resume handle on
 * @param[in,out] resume_handle  0 for the first call, and unchanged for the
 *                               next one; NULL is allowed
 *
 * @return NERR_Success; ERROR_MORE_DATA when there are more entries;
 *         NERR_ClientNameNotFound, NERR_UserNotFound, ERROR_NONE_MAPPED (the
 *         server does not say which sessions are meant), ERROR_ACCESS_DENIED,
 *         ERROR_INVALID_LEVEL, ERROR_INVALID_PARAMETER,
 *         ERROR_NOT_ENOUGH_MEMORY, or another error: see NetSessionEnum(3).
 */
NET_API_STATUS NetSessionEnum(const char *servername,
			      const char *UncClientName,
			      const char *username,
			      uint32_t level,
			      uint8_t **buffer,
			      uint32_t prefmaxlen,
			      uint32_t *entriesread,
			      uint32_t *totalentries,
			      uint32_t *resume_handle);

#ifndef MAX_PREFERRED_LENGTH
#define MAX_PREFERRED_LENGTH ((uint32_t)-1)
#endif

/**
 * Describe the session that a user has from a client.
 *
 * Logs in as NetSessionDel() does. If there are several, this is one of them.
 *
 * @param[in]  servername     as for NetSessionDel()
 * @param[in]  UncClientName  must be given
 * @param[in]  username       must be given
 * @param[in]  level          0, 1, 2 or 10
 * @param[out] buffer         A SESSION_INFO_level. Free it with
 *                            NetApiBufferFree(). NULL on errors.
 *
 * @return as NetSessionEnum(), but never ERROR_MORE_DATA
 */
NET_API_STATUS NetSessionGetInfo(const char *servername,
				 const char *UncClientName,
				 const char *username,
				 uint32_t level,
				 uint8_t **buffer);

#ifndef __LIB_NETAPI_H__
/** Free what NetSessionEnum() or NetSessionGetInfo() returned; NULL is allowed.
 */
NET_API_STATUS NetApiBufferFree(void *buffer);
#endif

/* How to log in, and the connection that is kept between calls. */
struct smbsession_context;

enum smbsession_setting {
	/* "user", "DOMAIN\user" or "user@REALM", each with or without
	 * "%password" */
	SMBSESSION_USERNAME = 1,
	/* NULL: use none and do not ask; a Kerberos ticket is enough */
	SMBSESSION_PASSWORD = 2,
	/* a file with lines "username = ", "password = ", "domain = " */
	SMBSESSION_AUTHENTICATION_FILE = 3,
	/* "off", "desired" or "required" */
	SMBSESSION_KERBEROS = 4,
	/* a file to use instead of Samba's smb.conf */
	SMBSESSION_CONFIGFILE = 5,
	/* "name=value" that overrides smb.conf; each call adds one */
	SMBSESSION_OPTION = 6,
	/* seconds that one function may take: "1" to "3600", default "30" */
	SMBSESSION_TIMEOUT = 7,
};

/**
 * Make a context.
 *
 * @return Free it with smbsession_free(). NULL when out of memory.
 */
struct smbsession_context *smbsession_new(void);

/** Free a context and close its connection. NULL is allowed. */
void smbsession_free(struct smbsession_context *context);

/**
 * Change one setting. The timeout applies to the next call, all others to
 * connections that are made later.
 *
 * @param[in] value  Copied. UTF-8.
 *
 * @return NERR_Success, ERROR_INVALID_PARAMETER for an invalid value, or
 *         ERROR_NOT_ENOUGH_MEMORY.
 */
NET_API_STATUS smbsession_set(struct smbsession_context *context,
			      enum smbsession_setting setting,
			      const char *value);

/**
 * Set the function that is called when a password is needed but not set.
 *
 * @param[in] prompt  Gets the user's name and private_data. Its result is
 *                    copied; NULL means no password.
 */
void smbsession_set_prompt(struct smbsession_context *context,
			   const char *(*prompt)(const char *username,
						 void *private_data),
			   void *private_data);

/**
 * Have NetSessionDel(), NetSessionEnum() and NetSessionGetInfo() use this
 * context from now on, in the whole process. With NULL, each call makes a new
 * one. Do not free a context while it is in use.
 */
void smbsession_use(struct smbsession_context *context);

/** NetSessionDel() with a given context. */
NET_API_STATUS smbsession_del(struct smbsession_context *context,
			      const char *servername,
			      const char *UncClientName,
			      const char *username);

/* One entry of NetrSessionEnum ([MS-SRVS] 2.2.4.12 to 2.2.4.16). Later versions
 * can have more fields: only the library makes these. */
struct smbsession_info {
	/* UTF-8, as the server sent it; NULL if the level does not have it */
	const char *client;
	const char *user;
	const char *client_type;
	const char *transport;
	/* seconds; at level 1 idle_time is 0, as only stock Samba gives that */
	uint32_t time;
	uint32_t idle_time;
	uint32_t num_opens;
	/* 1: guest, 2: without password encryption */
	uint32_t user_flags;
};

struct smbsession_list;

/**
 * List the sessions of a server, at the best level that it gives.
 *
 * @param[in]  servername  as for NetSessionDel()
 * @param[in]  client      only this client's; NULL is any
 * @param[in]  user        only this user's; NULL is any
 * @param[out] list        free it with smbsession_list_free(); NULL on errors
 *
 * @return as NetSessionEnum(), but never ERROR_MORE_DATA
 */
NET_API_STATUS smbsession_enum(struct smbsession_context *context,
			       const char *servername,
			       const char *client,
			       const char *user,
			       struct smbsession_list **list);

/** 502, 2, 1, 10 or 0: which fields of the entries are set. */
uint32_t smbsession_list_level(const struct smbsession_list *list);

/** How many entries a list has. */
size_t smbsession_list_count(const struct smbsession_list *list);

/** One of them, from 0 on; NULL after the last. Valid as long as the list. */
const struct smbsession_info *smbsession_list_entry(
	const struct smbsession_list *list,
	size_t number);

/** Free a list. NULL is allowed. */
void smbsession_list_free(struct smbsession_list *list);

/**
 * The name of a code, such as "NERR_ClientNameNotFound".
 *
 * @return A static string. Other codes than those that session calls are known
 *         to return have Samba's name, such as "WERR_DEVICE_NOT_CONNECTED".
 */
const char *smbsession_error_name(NET_API_STATUS code);

/**
 * The error of the context's last call, in words.
 *
 * @param[in] context  NULL: of the last function without a context, such as
 *                     NetSessionDel()
 *
 * @return Valid until the next such call. "" after success.
 */
const char *smbsession_error_text(const struct smbsession_context *context);

/**
 * What was left out of smb.conf, as one line of text.
 *
 * The file is read before the context's first connection. What cannot be read
 * is left out, and so are lines that Samba ignores.
 *
 * @return Valid until the context's next call. "" if nothing was left out.
 */
const char *smbsession_warning_text(const struct smbsession_context *context);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
