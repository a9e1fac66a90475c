/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What libraries that are preloaded into a worker share (see preload.py). */

#ifndef SESSIONDEL_PRELOAD_H
#define SESSIONDEL_PRELOAD_H

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* The memory that is shared with the test, or NULL. */
static inline void *preload_orders(size_t size)
{
	const char *path = getenv("PRELOAD_ORDERS");
	int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *shared = MAP_FAILED;

	if (fd != -1) {
		shared = mmap(NULL,
			      size,
			      PROT_READ | PROT_WRITE,
			      MAP_SHARED,
			      fd,
			      0);
		close(fd);
	}
	return shared != MAP_FAILED ? shared : NULL;
}

#endif
