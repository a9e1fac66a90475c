/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calls functions of libsmbsession, one for each group of arguments that ends
 * with a comma: "del SERVER CLIENT USER , list SERVER". A dash is NULL. "keep"
 * keeps one context from there on. Prints a line for each: the code and the
 * error's text.
 */

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <smbsession.h>

/* The next argument; NULL for a dash. */
static const char *next(char ***arguments)
{
	const char *argument = **arguments;

	assert(argument != NULL && strcmp(argument, ",") != 0);
	*arguments += 1;
	return strcmp(argument, "-") != 0 ? argument : NULL;
}

static NET_API_STATUS del(struct smbsession_context *context, char ***arguments)
{
	const char *server = next(arguments);
	const char *client = next(arguments);
	const char *user = next(arguments);

	(void)context;
	return NetSessionDel(server, client, user);
}

static NET_API_STATUS list(struct smbsession_context *context,
			   char ***arguments)
{
	struct smbsession_list *sessions = NULL;
	NET_API_STATUS code = smbsession_enum(context,
					      next(arguments),
					      NULL,
					      NULL,
					      &sessions);

	smbsession_list_free(sessions);
	return code;
}

static NET_API_STATUS keep(struct smbsession_context *context,
			   char ***arguments)
{
	(void)arguments;
	smbsession_use(context);
	return NERR_Success;
}

static NET_API_STATUS set(struct smbsession_context *context, char ***arguments)
{
	enum smbsession_setting setting = atoi(next(arguments));

	return smbsession_set(context, setting, next(arguments));
}

static const struct {
	const char *name;
	NET_API_STATUS (*call)(struct smbsession_context *, char ***);
} calls[] = {
	{"del", del},
	{"list", list},
	{"keep", keep},
	{"set", set},
};

static NET_API_STATUS run(struct smbsession_context *context, char ***arguments)
{
	const char *name = next(arguments);

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (strcmp(name, calls[i].name) == 0) {
			return calls[i].call(context, arguments);
		}
	}
	abort();
}

int main(int argc, char *argv[])
{
	struct smbsession_context *context = smbsession_new();
	char **arguments = argv + 1;

	(void)argc;
	assert(context != NULL);
	while (*arguments != NULL) {
		bool own = strcmp(*arguments, "list") == 0 ||
			   strcmp(*arguments, "set") == 0;
		NET_API_STATUS code = run(context, &arguments);

		printf("%u %s\n",
		       (unsigned int)code,
		       smbsession_error_text(own ? context : NULL));
		if (*arguments != NULL) {
			assert(strcmp(*arguments, ",") == 0);
			arguments += 1;
		}
	}
	smbsession_use(NULL);
	smbsession_free(context);
	return EXIT_SUCCESS;
}
