/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads [global] of smb.conf, and leaves out what it cannot read. Samba's
 * lpcfg_load() does not: it stops at an include that is missing or that names
 * the registry.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <param.h>

#include "deadline.h"
#include "file_text.h"
#include "smb_conf.h"
#include "testparm.h"

/* that include each other; as in Samba */
#define FILES_MOST 100

struct parameter {
	const char *name;
	const char *value;
};

/* The parent of all that it points to. */
struct config {
	struct smbsession_context *context;
	/* of [global], in the order in which they count */
	struct parameter *parameters;
	size_t count;
	/* What only Samba can follow: the registry, a file whose name has
	 * variables. NULL: nothing */
	const char *foreign;
	/* what was left out, each with the reason */
	const char **notes;
	size_t num_notes;
	/* the file that is read, above those that include it */
	struct smb_conf files[FILES_MOST];
	size_t depth;
	bool too_deep;
	enum smb_conf_section section;
	/* smbd reads the registry instead of the file */
	bool only_registry;
	/* a line about protection of which nobody knows whether it counts */
	const char *doubtful;
};

static bool is_parameter(const struct config *config,
			 const char *name,
			 const char *wanted)
{
	struct loadparm_context *lp_ctx = config->context->lp_ctx;
	const void *parameter = lpcfg_parm_struct(lp_ctx, name);

	return parameter != NULL &&
	       parameter == lpcfg_parm_struct(lp_ctx, wanted);
}

static bool is_about_protection(const char *name)
{
	return strncasecmp(name, "client", strlen("client")) == 0 ||
	       strncasecmp(name, "kerberos", strlen("kerberos")) == 0;
}

static bool is_registry(const char *value)
{
	return strcasecmp(value, "registry") == 0;
}

/* All that return bool return false only when out of memory. */

static bool add_note(struct config *config, const char *what, const char *why)
{
	const char *note = talloc_asprintf(config, "%s (%s)", what, why);
	const char **notes = NULL;

	if (note == NULL) {
		return false;
	}
	for (size_t i = 0; i < config->num_notes; i++) {
		if (strcmp(config->notes[i], note) == 0) {
			return true;
		}
	}
	notes = talloc_realloc(config,
			       config->notes,
			       const char *,
			       config->num_notes + 1);
	if (notes == NULL) {
		return false;
	}
	config->notes = notes;
	notes[config->num_notes++] = note;
	return true;
}

static bool add_parameter(struct config *config,
			  const char *name,
			  const char *value)
{
	struct parameter *longer = talloc_realloc(config,
						  config->parameters,
						  struct parameter,
						  config->count + 1);

	if (longer == NULL) {
		return false;
	}
	config->parameters = longer;
	longer[config->count++] = (struct parameter){name, value};
	return true;
}

static void note_foreign(struct config *config, const char *source)
{
	if (is_registry(source)) {
		config->foreign = "the registry";
	} else if (config->foreign == NULL) {
		config->foreign = source;
	}
}

static size_t length_of(const char *text)
{
	return talloc_get_size(text) - 1;
}

/* Opening a pipe must not wait for its writer. NULL on errors, with errno. */
static char *read_file(struct config *config, const char *path)
{
	struct timeval left = deadline_left(config->context->deadline);
	int wait = (int)(left.tv_sec * 1000 + left.tv_usec / 1000);
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *text = NULL;
	int error = 0;

	if (file < 0) {
		return NULL;
	}
	text = file_text(config, file, wait);
	error = errno;
	(void)close(file);
	errno = error;
	if (text != NULL && strlen(text) < length_of(text) &&
	    !add_note(config, "text after NUL characters", path)) {
		errno = ENOMEM;
		return NULL;
	}
	return text;
}

static void push_text(struct config *config, char *text)
{
	config->files[config->depth++] = (struct smb_conf){
		.rest = text,
		.end = text + length_of(text),
	};
}

static bool is_special(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

/* smbd ignores those that are missing or no regular files. A share's section
 * may include files with [global] in them. */
static bool add_include(struct config *config, const char *path)
{
	char *text = NULL;

	if (is_registry(path) || strchr(path, '%') != NULL) {
		if (config->section != SMB_CONF_SHARE) {
			note_foreign(config, path);
		}
		return true;
	}
	if (path[0] == '\0' || config->too_deep) {
		return true;
	}
	if (config->depth == FILES_MOST) {
		config->too_deep = true;
		return add_note(config, path, "included too deeply");
	}
	if (is_special(path)) {
		return add_note(config, path, "not a regular file");
	}
	text = read_file(config, path);
	if (text == NULL) {
		return add_note(config, path, strerror(errno));
	}
	push_text(config, text);
	return true;
}

/* Newer than this library, or misspelled. Those with a colon are of modules. */
static bool is_unknown(const struct config *config, const char *name)
{
	return strchr(name, ':') == NULL &&
	       lpcfg_parm_struct(config->context->lp_ctx, name) == NULL;
}

/* Samba ignores it, or refuses the file. */
static bool note_no_parameter(struct config *config, const char *line)
{
	const bool is_header = line[0] == '[';

	switch (config->section) {
	case SMB_CONF_GLOBAL:
		return add_note(config,
				line,
				is_header ? "text after a section header"
					  : "not a parameter");
	case SMB_CONF_BROKEN:
		return !is_header ||
		       add_note(config, line, "unterminated section header");
	case SMB_CONF_SHARE:
		break;
	}
	return true;
}

static bool add_global(struct config *config,
		       const char *name,
		       const char *value)
{
	if (is_unknown(config, name)) {
		return add_note(config, name, "unknown parameter");
	}
	if (is_parameter(config, name, "config backend") &&
	    is_registry(value)) {
		note_foreign(config, value);
		config->only_registry = true;
	}
	return add_parameter(config, name, value);
}

/* It may be meant for [global]. Samba ignores it in a share's section. */
static bool add_misplaced(struct config *config,
			  const char *name,
			  const char *value)
{
	if (config->section == SMB_CONF_SHARE) {
		return add_note(config, name, "not in [global]");
	}
	if (config->only_registry || config->doubtful != NULL) {
		return true;
	}
	config->doubtful = talloc_asprintf(config, "%s = %s", name, value);
	return config->doubtful != NULL;
}

static bool add_line(struct config *config, const char *name, const char *value)
{
	if (value == NULL) {
		return note_no_parameter(config, name);
	}
	if (is_parameter(config, name, "include")) {
		return add_include(config, value);
	}
	if (config->section == SMB_CONF_GLOBAL) {
		return add_global(config, name, value);
	}
	return !is_about_protection(name) || add_misplaced(config, name, value);
}

/* A section that begins in an included file continues behind the include. */
static bool add_text(struct config *config, char *text)
{
	bool ok = true;

	push_text(config, text);
	while (ok && config->depth > 0) {
		struct smb_conf *conf = &config->files[config->depth - 1];
		const char *name = NULL;
		const char *value = NULL;

		conf->section = config->section;
		if (smb_conf_next(conf, &name, &value)) {
			config->section = conf->section;
			ok = add_line(config, name, value);
		} else {
			config->section = conf->section;
			config->depth--;
		}
	}
	return ok;
}

/* Replace what was read here by what testparm reads, if it can. */
static bool use_testparm(struct config *config, const char *path)
{
	struct smb_conf conf = {.one_line_each = true};
	const char *name = NULL;
	const char *value = NULL;
	bool ok = true;

	conf.rest = testparm_output(config->context, config, path);
	if (conf.rest == NULL) {
		return add_note(config,
				config->foreign,
				"testparm cannot read it");
	}
	conf.end = conf.rest + length_of(conf.rest);
	config->count = 0;
	while (ok && smb_conf_next(&conf, &name, &value)) {
		ok = value == NULL || is_parameter(config, name, "include") ||
		     add_parameter(config, name, value);
	}
	return ok;
}

/* A machine without a default smb.conf has the defaults. But one that the
 * environment names should be there. */
static NET_API_STATUS read_config(struct config *config, const char *path)
{
	struct smbsession_context *context = config->context;
	char *text = read_file(config, path);
	bool ok = true;

	if (text != NULL) {
		ok = add_text(config, text);
	} else if (context->configfile != NULL) {
		return context_error(context,
				     ERROR_INVALID_PARAMETER,
				     "cannot read %s: %s",
				     path,
				     strerror(errno));
	} else if (errno != ENOENT || getenv("SMB_CONF_PATH") != NULL) {
		ok = add_note(config, path, strerror(errno));
	}
	if (ok && config->foreign != NULL) {
		ok = use_testparm(config, path);
	}
	if (ok && config->doubtful != NULL) {
		return context_error(context,
				     ERROR_INVALID_PARAMETER,
				     "in smb.conf, after an unterminated "
				     "section header: %s",
				     config->doubtful);
	}
	return ok ? NERR_Success : context_no_memory(context);
}

/* As Samba's own clients do. */
static void use_own_wins_server(struct loadparm_context *lp_ctx)
{
	const bool *own =
		lpcfg_parm_ptr(lp_ctx,
			       NULL,
			       lpcfg_parm_struct(lp_ctx, "wins support"));

	if (own != NULL && *own &&
	    lpcfg_parm_is_unspecified(lp_ctx, "wins server")) {
		(void)lpcfg_do_global_parameter(lp_ctx,
						"wins server",
						"127.0.0.1");
	}
}

/* Without a line about the protection of our connection, it could be weaker
 * than what the line asks for. */
static NET_API_STATUS refuse_parameter(struct config *config,
				       const struct parameter *parameter)
{
	char *line = talloc_asprintf(config,
				     "%s = %s",
				     parameter->name,
				     parameter->value);

	if (line == NULL) {
		return context_no_memory(config->context);
	}
	if (is_about_protection(parameter->name)) {
		return context_error(config->context,
				     ERROR_INVALID_PARAMETER,
				     "invalid in smb.conf: %s",
				     line);
	}
	return add_note(config, line, "invalid")
		       ? NERR_Success
		       : context_no_memory(config->context);
}

static NET_API_STATUS apply(struct config *config)
{
	struct loadparm_context *lp_ctx = config->context->lp_ctx;
	NET_API_STATUS code = NERR_Success;

	for (size_t i = 0; i < config->count && code == NERR_Success; i++) {
		const struct parameter *parameter = &config->parameters[i];

		if (!lpcfg_do_global_parameter(lp_ctx,
					       parameter->name,
					       parameter->value)) {
			code = refuse_parameter(config, parameter);
		}
	}
	use_own_wins_server(lp_ctx);
	reload_charcnv(lp_ctx);
	return code;
}

static bool set_warning(const struct config *config)
{
	char *text = talloc_strdup(config->context, "smb.conf: left out");

	for (size_t i = 0; i < config->num_notes && text != NULL; i++) {
		text = talloc_asprintf_append(text,
					      "%s %s",
					      i > 0 ? "," : "",
					      config->notes[i]);
	}
	if (text != NULL) {
		config->context->warning_text = text;
	}
	return text != NULL;
}

/* Is there another regular file, or one that we cannot see? */
static bool is_other_file(const char *other, const char *path)
{
	struct stat there;
	struct stat here;

	if (stat(other, &there) != 0) {
		return errno != ENOENT && errno != ENOTDIR;
	}
	return S_ISREG(there.st_mode) &&
	       (stat(path, &here) != 0 || here.st_dev != there.st_dev ||
		here.st_ino != there.st_ino);
}

/* Samba's servers read that file instead, and its clients do not. */
static bool note_config_file(struct config *config, const char *path)
{
	struct loadparm_context *lp_ctx = config->context->lp_ctx;
	char **other = lpcfg_parm_ptr(lp_ctx,
				      NULL,
				      lpcfg_parm_struct(lp_ctx, "config file"));

	return other == NULL || *other == NULL ||
	       !is_other_file(*other, path) ||
	       add_note(config,
			*other,
			"config file: only Samba's servers follow it");
}

static NET_API_STATUS read_and_apply(struct config *config)
{
	const char *named = config->context->configfile;
	const char *path = named != NULL ? named : lp_default_path();
	NET_API_STATUS code = read_config(config, path);

	if (code == NERR_Success) {
		code = apply(config);
	}
	if (code == NERR_Success && !note_config_file(config, path)) {
		return context_no_memory(config->context);
	}
	if (config->num_notes > 0 && !set_warning(config)) {
		return context_no_memory(config->context);
	}
	return code;
}

NET_API_STATUS config_load(struct smbsession_context *context)
{
	struct config *config = NULL;
	NET_API_STATUS code = NERR_Success;

	if (context->configured) {
		return NERR_Success;
	}
	context->warning_text = "";
	config = talloc_zero(context, struct config);
	if (config == NULL) {
		return context_no_memory(context);
	}
	config->context = context;
	config->section = SMB_CONF_GLOBAL;
	code = read_and_apply(config);
	context->configured = code == NERR_Success;
	talloc_free(config);
	return code;
}
