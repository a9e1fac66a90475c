/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which Samba series does a worker name? */

#include "worker_series.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char prefix[] = "SAMBA_";

static size_t count_digits(const char *bytes, size_t len)
{
	size_t count = 0;

	while (count < len && bytes[count] >= '0' && bytes[count] <= '9') {
		count++;
	}
	return count;
}

size_t series_len(const char *bytes, size_t len)
{
	size_t major = count_digits(bytes, len);
	size_t minor = 0;

	if (major == 0 || major == len || bytes[major] != '.') {
		return 0;
	}
	minor = count_digits(bytes + major + 1, len - major - 1);
	return minor == 0 ? 0 : major + 1 + minor;
}

void worker_series_in(const char *bytes,
		      size_t len,
		      char series[WORKER_SERIES_MAX])
{
	const char *const end = bytes + len;
	const size_t prefix_len = sizeof(prefix) - 1;

	series[0] = '\0';
	while ((bytes = memmem(bytes,
			       (size_t)(end - bytes),
			       prefix,
			       prefix_len)) != NULL) {
		size_t found = 0;

		bytes += prefix_len;
		found = series_len(bytes, (size_t)(end - bytes));
		if (found > 0 && found < WORKER_SERIES_MAX) {
			memcpy(series, bytes, found);
			series[found] = '\0';
			return;
		}
	}
}

static void read_series(FILE *file, char series[WORKER_SERIES_MAX])
{
	struct stat st;
	char *bytes = NULL;

	if (fstat(fileno(file), &st) == -1 || st.st_size <= 0) {
		return;
	}
	/* Not mapped: a file that gets shorter meanwhile would end us. */
	bytes = malloc((size_t)st.st_size);
	if (bytes == NULL) {
		return;
	}
	worker_series_in(bytes,
			 fread(bytes, 1, (size_t)st.st_size, file),
			 series);
	free(bytes);
}

void worker_series(const char *worker, char series[WORKER_SERIES_MAX])
{
	FILE *file = fopen(worker, "re");

	series[0] = '\0';
	if (file == NULL) {
		return;
	}
	read_series(file, series);
	(void)fclose(file);
}
