/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Make, set up and free contexts. */

#include "context.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dcerpc.h>
#include <param.h>

#include "deadline.h"

#define TIMEOUT_SECONDS 30
#define TIMEOUT_MOST 3600

/* Samba's libraries then write nothing to standard error. At level 0 they would
 * still complain about servers. */
#define SILENT "all:-1"

static bool init_context(struct smbsession_context *context)
{
	context->timeout = TIMEOUT_SECONDS;
	context->error_text = "";
	context->warning_text = "";
	context->texts = talloc_new(context);
	context->lp_ctx = loadparm_init(context);
	context->deadline = deadline_new(context);
	return context->texts != NULL && context->lp_ctx != NULL &&
	       context->deadline != NULL &&
	       lpcfg_set_cmdline(context->lp_ctx, "log level", SILENT) &&
	       NT_STATUS_IS_OK(dcerpc_init());
}

struct smbsession_context *smbsession_new(void)
{
	struct smbsession_context *context =
		talloc_zero(NULL, struct smbsession_context);

	if (context != NULL && !init_context(context)) {
		TALLOC_FREE(context);
	}
	return context;
}

void smbsession_free(struct smbsession_context *context)
{
	if (context == NULL) {
		return;
	}
	/* First the connection: its sockets use the event context. */
	TALLOC_FREE(context->connection);
	talloc_free(context);
}

void context_begin(struct smbsession_context *context)
{
	talloc_free_children(context->texts);
	context->error_text = "";
}

NET_API_STATUS context_error(struct smbsession_context *context,
			     NET_API_STATUS code,
			     const char *format,
			     ...)
{
	va_list arguments;
	const char *text = NULL;

	va_start(arguments, format);
	text = talloc_vasprintf(context->texts, format, arguments);
	va_end(arguments);
	context->error_text = text != NULL ? text : "out of memory";
	return code;
}

NET_API_STATUS context_no_memory(struct smbsession_context *context)
{
	context->error_text = "out of memory";
	return ERROR_NOT_ENOUGH_MEMORY;
}

const char *smbsession_warning_text(const struct smbsession_context *context)
{
	return context->warning_text;
}

static NET_API_STATUS copy_setting(struct smbsession_context *context,
				   const char **place,
				   const char *value)
{
	char *copy = NULL;

	if (value == NULL) {
		return ERROR_INVALID_PARAMETER;
	}
	copy = talloc_strdup(context, value);
	if (copy == NULL) {
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	*place = copy;
	return NERR_Success;
}

static NET_API_STATUS set_kerberos(struct smbsession_context *context,
				   const char *value)
{
	static const char *const known[] = {"off", "desired", "required"};

	for (size_t i = 0; value != NULL && i < 3; i++) {
		if (strcmp(value, known[i]) == 0) {
			context->login.kerberos = known[i];
			return NERR_Success;
		}
	}
	return ERROR_INVALID_PARAMETER;
}

static NET_API_STATUS set_option(struct smbsession_context *context,
				 const char *value)
{
	/* lpcfg_set_option() modifies the string. */
	char *copy = NULL;
	bool ok = false;

	if (value == NULL) {
		return ERROR_INVALID_PARAMETER;
	}
	copy = talloc_strdup(context, value);
	if (copy == NULL) {
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	ok = lpcfg_set_option(context->lp_ctx, copy);
	talloc_free(copy);
	return ok ? NERR_Success : ERROR_INVALID_PARAMETER;
}

static NET_API_STATUS set_timeout(struct smbsession_context *context,
				  const char *value)
{
	char *end = NULL;
	long seconds = value != NULL ? strtol(value, &end, 10) : 0;

	if (end == value || end == NULL || *end != '\0' || seconds < 1 ||
	    seconds > TIMEOUT_MOST) {
		return ERROR_INVALID_PARAMETER;
	}
	context->timeout = seconds;
	return NERR_Success;
}

static NET_API_STATUS change_setting(struct smbsession_context *context,
				     enum smbsession_setting setting,
				     const char *value)
{
	struct smbsession_login *login = &context->login;

	switch (setting) {
	case SMBSESSION_USERNAME:
		return copy_setting(context, &login->username, value);
	case SMBSESSION_PASSWORD:
		login->no_password = value == NULL;
		return value == NULL
			       ? NERR_Success
			       : copy_setting(context, &login->password, value);
	case SMBSESSION_AUTHENTICATION_FILE:
		return copy_setting(context,
				    &login->authentication_file,
				    value);
	case SMBSESSION_KERBEROS:
		return set_kerberos(context, value);
	case SMBSESSION_CONFIGFILE:
		context->configured = false;
		return copy_setting(context, &context->configfile, value);
	case SMBSESSION_OPTION:
		return set_option(context, value);
	case SMBSESSION_TIMEOUT:
		return set_timeout(context, value);
	}
	return ERROR_INVALID_PARAMETER;
}

NET_API_STATUS smbsession_set(struct smbsession_context *context,
			      enum smbsession_setting setting,
			      const char *value)
{
	NET_API_STATUS code = NERR_Success;

	context_begin(context);
	code = change_setting(context, setting, value);
	if (code == ERROR_NOT_ENOUGH_MEMORY) {
		return context_no_memory(context);
	}
	return code == NERR_Success ? code
				    : context_error(context,
						    code,
						    "invalid setting or value");
}

void smbsession_set_prompt(struct smbsession_context *context,
			   const char *(*prompt)(const char *username,
						 void *private_data),
			   void *private_data)
{
	context->login.prompt = prompt;
	context->login.prompt_data = private_data;
}
