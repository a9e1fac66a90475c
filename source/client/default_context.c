/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The context of functions that are called without one. */

#include "default_context.h"

#include <stdlib.h>
#include <string.h>

#define NO_MEMORY "out of memory"

/* Set by smbsession_use(). */
static struct smbsession_context *used;

/* What the last function without a context had to say. */
static char *last_text;
static bool no_memory;

static void keep_text(const char *text)
{
	free(last_text);
	last_text = text != NULL ? strdup(text) : NULL;
	no_memory = last_text == NULL;
}

void smbsession_use(struct smbsession_context *context)
{
	used = context;
}

struct smbsession_context *default_context_begin(void)
{
	return used != NULL ? used : smbsession_new();
}

void default_context_end(struct smbsession_context *context)
{
	keep_text(context != NULL ? context->error_text : NULL);
	if (context != used) {
		smbsession_free(context);
	}
}

static const char *kept_text(void)
{
	if (no_memory) {
		return NO_MEMORY;
	}
	return last_text != NULL ? last_text : "";
}

const char *smbsession_error_text(const struct smbsession_context *context)
{
	return context != NULL ? context->error_text : kept_text();
}
