/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a module for the running Samba may be. */

#ifndef SESSIONDEL_MODULE_PATH_H
#define SESSIONDEL_MODULE_PATH_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Is this the name of a Samba series, such as "4.17"?
 */
bool module_series_is_valid(const char *name);

/**
 * List the modules to try, the best first.
 *
 * A module beside the program is the only one listed: the build tree and the
 * test bed run that way. Otherwise the list has the module of each series
 * directory in libdir: first that of the worker's series, then the newest.
 *
 * A listed file exists. Nothing more is known about it.
 *
 * @param[in]  program  Absolute path of the loader's own executable; NULL if
 *                      unknown.
 * @param[in]  libdir   Absolute path of the directory of series directories;
 *                      it may be missing.
 * @param[in]  series   Of the worker; "" if unknown.
 * @param[out] paths    NULL-terminated; free it with module_paths_free().
 *
 * @return false with errno if the list could not be made.
 */
bool module_paths_list(const char *program,
		       const char *libdir,
		       const char *series,
		       char ***paths);

/** Accepts NULL. */
void module_paths_free(char **paths);

#endif
