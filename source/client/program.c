/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts one of Samba's programs. */

#include "program.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>

extern char **environ;

/* First the one that is passed on: its number may be one of the others. */
static bool place_files(posix_spawn_file_actions_t *files,
			int end,
			int descriptor)
{
	if (posix_spawn_file_actions_adddup2(files, end, descriptor) != 0) {
		return false;
	}
	for (int i = 0; i < 3; i++) {
		if (i != descriptor &&
		    posix_spawn_file_actions_addopen(files,
						     i,
						     "/dev/null",
						     O_RDWR,
						     0) != 0) {
			return false;
		}
	}
	return posix_spawn_file_actions_addclosefrom_np(files,
							descriptor > 2
								? descriptor + 1
								: 3) == 0;
}

pid_t program_start(char *const arguments[], int end, int descriptor)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	pid_t pid = -1;

	if (posix_spawn_file_actions_init(&files) != 0) {
		return -1;
	}
	if (posix_spawnattr_init(&attributes) != 0) {
		(void)posix_spawn_file_actions_destroy(&files);
		return -1;
	}
	if (posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID) != 0 ||
	    !place_files(&files, end, descriptor) ||
	    posix_spawn(&pid,
			arguments[0],
			&files,
			&attributes,
			arguments,
			environ) != 0) {
		pid = -1;
	}
	(void)posix_spawn_file_actions_destroy(&files);
	(void)posix_spawnattr_destroy(&attributes);
	return pid;
}
