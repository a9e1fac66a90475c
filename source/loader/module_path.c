/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a module for the running Samba may be. */

#include "module_path.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "worker_series.h"

static const char module_name[] = "sessiondel.so";

bool module_series_is_valid(const char *name)
{
	size_t len = series_len(name, strlen(name));

	return len > 0 && name[len] == '\0';
}

void module_paths_free(char **paths)
{
	if (paths == NULL) {
		return;
	}
	for (size_t i = 0; paths[i] != NULL; i++) {
		free(paths[i]);
	}
	free(paths);
}

static int is_series(const struct dirent *entry)
{
	return module_series_is_valid(entry->d_name);
}

static int newest_first(const struct dirent **a, const struct dirent **b)
{
	return versionsort(b, a);
}

/* A dangling link counts, so that the log says that it dangles. */
static bool path_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static char *path_beside(const char *program)
{
	int dir_len = (int)(strrchr(program, '/') - program);
	char *path = NULL;

	if (asprintf(&path, "%.*s/%s", dir_len, program, module_name) == -1) {
		return NULL;
	}
	return path;
}

static char *path_of_series(const char *libdir, const char *series)
{
	char *path = NULL;

	if (asprintf(&path, "%s/%s/%s", libdir, series, module_name) == -1) {
		return NULL;
	}
	return path;
}

/* Takes ownership of path. NULL means out of memory. */
static bool append_if_it_exists(char **paths, char *path)
{
	if (path == NULL) {
		return false;
	}
	if (!path_exists(path)) {
		free(path);
		return true;
	}
	while (*paths != NULL) {
		paths++;
	}
	*paths = path;
	return true;
}

/* All others are probed only after the one of the first series. */
static bool append_series(char **paths,
			  const char *libdir,
			  const char *first,
			  struct dirent *const *entries,
			  size_t num_entries)
{
	if (first[0] != '\0' &&
	    !append_if_it_exists(paths, path_of_series(libdir, first))) {
		return false;
	}
	for (size_t i = 0; i < num_entries; i++) {
		const char *series = entries[i]->d_name;

		if (strcmp(series, first) != 0 &&
		    !append_if_it_exists(paths,
					 path_of_series(libdir, series))) {
			return false;
		}
	}
	return true;
}

static void free_entries(struct dirent **entries, size_t num_entries)
{
	for (size_t i = 0; i < num_entries; i++) {
		free(entries[i]);
	}
	free(entries);
}

/* The module beside the program. The list is empty if there is none. */
static char **list_beside(const char *program)
{
	char **paths = calloc(2, sizeof(*paths));

	if (paths == NULL || program == NULL) {
		return paths;
	}
	if (!append_if_it_exists(paths, path_beside(program))) {
		free(paths);
		return NULL;
	}
	return paths;
}

static char **list_series(const char *libdir, const char *first)
{
	struct dirent **entries = NULL;
	size_t num_entries;
	char **paths = NULL;
	int found;

	found = scandir(libdir, &entries, is_series, newest_first);
	if (found == -1 && errno != ENOENT) {
		return NULL;
	}
	num_entries = found > 0 ? (size_t)found : 0;

	paths = calloc(num_entries + 2, sizeof(*paths));
	if (paths != NULL &&
	    !append_series(paths, libdir, first, entries, num_entries)) {
		module_paths_free(paths);
		paths = NULL;
	}
	free_entries(entries, num_entries);
	return paths;
}

bool module_paths_list(const char *program,
		       const char *libdir,
		       const char *series,
		       char ***paths)
{
	char **list = list_beside(program);

	if (list != NULL && list[0] == NULL) {
		module_paths_free(list);
		list = list_series(libdir, series);
	}
	*paths = list;
	return list != NULL;
}
