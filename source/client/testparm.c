/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks testparm for the configuration that smbd has. */

#include "testparm.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "deadline.h"
#include "file_text.h"
#include "program.h"

/* testparm ends when this process does, even if that is killed; but where this
 * is not installed, testparm is started without it. */
static char setpriv[] = SETPRIV;
static char bound[] = "--pdeathsig=KILL";
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
	int status = 0;
	int wait = (int)(left.tv_sec * 500 + left.tv_usec / 2000);
	char *text = file_text(mem_ctx, output, wait);

	if (text == NULL) {
		(void)kill(pid, SIGKILL);
	}
	(void)waitpid(pid, &status, 0);
	/* Its exit status is not 0 if it only disapproves. */
	return WIFEXITED(status) ? text : NULL;
}

static char *run_testparm(struct smbsession_context *context,
			  TALLOC_CTX *mem_ctx,
			  char *file)
{
	char *const arguments[] =
		{setpriv, bound, program, no_prompt, only_global, file, NULL};
	char *const *without_setpriv = &arguments[2];
	char *text = NULL;
	int ends[2];
	pid_t pid = -1;

	if (pipe2(ends, O_CLOEXEC) != 0) {
		return NULL;
	}
	pid = program_start(arguments, ends[1], STDOUT_FILENO);
	if (pid < 0) {
		pid = program_start(without_setpriv, ends[1], STDOUT_FILENO);
	}
	(void)close(ends[1]);
	if (pid > 0) {
		text = read_output(context, mem_ctx, ends[0], pid);
	}
	(void)close(ends[0]);
	return text != NULL && strstr(text, "[global]") != NULL ? text : NULL;
}

/* What a pipe held was read already, and /dev/stdin is another file to
 * testparm. An absolute path does not begin as an option does. */
char *testparm_output(struct smbsession_context *context,
		      TALLOC_CTX *mem_ctx,
		      const char *path)
{
	char *file = realpath(path, NULL);
	struct stat info;
	char *text = NULL;

	if (file != NULL && stat(file, &info) == 0 && S_ISREG(info.st_mode)) {
		text = run_testparm(context, mem_ctx, file);
	}
	free(file);
	return text;
}
