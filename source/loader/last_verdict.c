/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which module fitted which worker when it was last probed. */

#include "last_verdict.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "trust.h"

static const char file_name[] = "fits";

void last_verdict_line(const struct stat *module,
		       const struct stat *worker,
		       char line[LAST_VERDICT_MAX])
{
	const struct stat *files[] = {module, worker};
	size_t len = 0;

	for (size_t i = 0; i < 2; i++) {
		const struct stat *st = files[i];

		len += (size_t)snprintf(line + len,
					LAST_VERDICT_MAX - len,
					"%ju %ju %jd %jd.%09ld%c",
					(uintmax_t)st->st_dev,
					(uintmax_t)st->st_ino,
					(intmax_t)st->st_size,
					(intmax_t)st->st_mtim.tv_sec,
					st->st_mtim.tv_nsec,
					i == 0 ? ' ' : '\n');
	}
}

/* A descriptor of a file or directory that others cannot write, or -1. */
static int trusted(int fd, uid_t running)
{
	struct stat st;

	if (fd != -1 &&
	    (fstat(fd, &st) == -1 || trust_judge(&st, running) != TRUSTED)) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static int open_directory(const char *directory, uid_t running)
{
	return trusted(open(directory,
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
		       running);
}

static bool is_line_of(int place, uid_t running, const char *line)
{
	char kept[LAST_VERDICT_MAX];
	/* not to wait for anything that is no regular file */
	int fd = trusted(openat(place,
				file_name,
				O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC),
			 running);
	ssize_t len;

	if (fd == -1) {
		return false;
	}
	len = read(fd, kept, sizeof(kept));
	(void)close(fd);
	return len > 0 && (size_t)len == strlen(line) &&
	       memcmp(kept, line, (size_t)len) == 0;
}

bool last_verdict_is_kept(const char *directory,
			  uid_t running,
			  const char *line)
{
	int place = open_directory(directory, running);
	bool is_kept = place != -1 && is_line_of(place, running, line);

	if (place != -1) {
		(void)close(place);
	}
	return is_kept;
}

/* One that is not written whole is no line that is asked for. */
static void write_line(int place, const char *line)
{
	int fd;
	ssize_t written;

	(void)unlinkat(place, file_name, 0);
	fd = openat(place,
		    file_name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    S_IRUSR | S_IWUSR);
	if (fd != -1) {
		written = write(fd, line, strlen(line));
		(void)written;
		(void)close(fd);
	}
}

void last_verdict_keep(const char *directory, uid_t running, const char *line)
{
	int place;

	(void)mkdir(directory, S_IRWXU);
	place = open_directory(directory, running);
	if (place == -1) {
		return;
	}
	if (!is_line_of(place, running, line)) {
		write_line(place, line);
	}
	(void)close(place);
}

void last_verdict_forget(const char *directory, uid_t running, const char *line)
{
	int place = open_directory(directory, running);

	if (place == -1) {
		return;
	}
	if (is_line_of(place, running, line)) {
		(void)unlinkat(place, file_name, 0);
	}
	(void)close(place);
}
