/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks testparm for the configuration that smbd has. */

#include "testparm.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "deadline.h"
#include "file_text.h"
#include "program.h"

static char program[] = SAMBA_TESTPARM;
static char no_prompt[] = "--suppress-prompt";
static char only_global[] = "--section-name=global";

/* On a cluster it waits for CTDB. Half of the time is for it, so that some is
 * left for the server. */
static char *read_output(struct smbsession_context *context,
			 TALLOC_CTX *mem_ctx,
			 int output,
			 pid_t pid)
{
	struct timeval left = deadline_left(context->deadline);
	int wait = (int)(left.tv_sec * 500 + left.tv_usec / 2000);
	char *text = file_text(mem_ctx, output, wait);

	if (text == NULL) {
		(void)kill(pid, SIGKILL);
	}
	(void)waitpid(pid, NULL, 0);
	return text;
}

/* The exit status is no help: it is not 0 if testparm only disapproves. */
char *testparm_output(struct smbsession_context *context,
		      TALLOC_CTX *mem_ctx,
		      const char *path)
{
	char *file = talloc_strdup(mem_ctx, path);
	char *const arguments[] = {program, no_prompt, only_global, file, NULL};
	char *text = NULL;
	int ends[2];
	pid_t pid = -1;

	if (file == NULL || pipe2(ends, O_CLOEXEC) != 0) {
		return NULL;
	}
	pid = program_start(arguments, ends[1], STDOUT_FILENO);
	(void)close(ends[1]);
	if (pid > 0) {
		text = read_output(context, mem_ctx, ends[0], pid);
	}
	(void)close(ends[0]);
	return text != NULL && strstr(text, "[global]") != NULL ? text : NULL;
}
