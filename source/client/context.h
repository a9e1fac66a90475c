/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a context holds: settings, one connection, the last error. */

#ifndef SMBSESSION_CONTEXT_H
#define SMBSESSION_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include <core/ntstatus.h>
#include <talloc.h>

/* Samba's macro of this name is an NTSTATUS. */
#undef ERROR_INVALID_PARAMETER
#include "smbsession.h"

struct dcerpc_binding_handle;
struct deadline;
struct loadparm_context;

struct smbsession_login {
	const char *username;
	bool no_password;
	const char *password;
	const char *authentication_file;
	/* NULL: as smb.conf says */
	const char *kerberos;
	const char *(*prompt)(const char *username, void *private_data);
	void *prompt_data;
};

struct smbsession_context {
	struct smbsession_login login;
	const char *configfile;
	unsigned int timeout;
	struct loadparm_context *lp_ctx;
	bool configured;
	/* what of the configuration could not be read; "" if nothing */
	const char *warning_text;
	struct deadline *deadline;
	/* parent of all that the connection has; NULL: not connected */
	TALLOC_CTX *connection;
	const char *connected_to;
	struct dcerpc_binding_handle *srvsvc;
	const char *error_text;
	/* parent of the texts of this call's errors */
	TALLOC_CTX *texts;
};

/** Forget the errors of the last call. */
void context_begin(struct smbsession_context *context);

/** Note what went wrong; format as in printf(). Returns code. */
NET_API_STATUS context_error(struct smbsession_context *context,
			     NET_API_STATUS code,
			     const char *format,
			     ...) __attribute__((format(printf, 3, 4)));

/** The same when out of memory. */
NET_API_STATUS context_no_memory(struct smbsession_context *context);

#endif
