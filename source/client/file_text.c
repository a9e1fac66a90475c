/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a whole file or pipe. */

#include "file_text.h"

#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#define STEP 65536

static long long monotonic_milliseconds(void)
{
	struct timespec clock = {.tv_sec = 0};

	(void)clock_gettime(CLOCK_MONOTONIC, &clock);
	return clock.tv_sec * 1000LL + clock.tv_nsec / 1000000;
}

static ssize_t read_some(int file, char *buffer, long long end)
{
	struct pollfd wait = {.fd = file, .events = POLLIN};
	long long left = end - monotonic_milliseconds();
	int ready = poll(&wait, 1, left > 0 ? (int)left : 0);

	if (ready == 0) {
		errno = ETIMEDOUT;
	}
	return ready == 1 ? read(file, buffer, STEP) : -1;
}

char *file_text(TALLOC_CTX *mem_ctx, int file, int milliseconds)
{
	long long end = monotonic_milliseconds() + milliseconds;
	char *text = NULL;
	size_t length = 0;
	ssize_t got = 0;

	do {
		char *longer =
			talloc_realloc(mem_ctx, text, char, length + STEP + 1);

		if (longer == NULL) {
			errno = ENOMEM;
			got = -1;
			break;
		}
		text = longer;
		got = read_some(file, text + length, end);
		length += got > 0 ? (size_t)got : 0;
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (got < 0) {
		talloc_free(text);
		return NULL;
	}
	text[length] = '\0';
	return talloc_realloc(mem_ctx, text, char, length + 1);
}
