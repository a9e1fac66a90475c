/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Preloaded into a worker: kills it in the middle of the module's work on an
 * open's file. The functions of Samba that change something there are the
 * steps; the worker dies before the one that was asked for, or behind the last.
 */

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Memory shared with the test, which sets at. */
struct orders {
	/* the step that is not reached, from 1; with 0, nothing happens */
	uint64_t at;
	/* how many steps there were */
	uint64_t seen;
};

static struct orders *orders;

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("CRASH_STEP_ORDERS");
	int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *shared = MAP_FAILED;

	if (fd != -1) {
		shared = mmap(NULL,
			      sizeof(*orders),
			      PROT_READ | PROT_WRITE,
			      MAP_SHARED,
			      fd,
			      0);
		close(fd);
	}
	if (shared != MAP_FAILED) {
		orders = shared;
	}
}

/* Samba's own calls of the same functions are no steps. */
static bool is_module(void *caller)
{
	Dl_info info;

	return dladdr(caller, &info) != 0 && info.dli_fname != NULL &&
	       strstr(info.dli_fname, "/sessiondel.so") != NULL;
}

static void *find(const char *name, void *caller)
{
	if (orders != NULL && orders->at != 0 && is_module(caller)) {
		orders->seen += 1;
		if (orders->seen == orders->at) {
			kill(getpid(), SIGKILL);
		}
	}
	return dlsym(RTLD_NEXT, name);
}

#define FIND(name) find(name, __builtin_return_address(0))

/* As in Samba's headers, which need not be there. */
struct file_id {
	uint64_t devid, inode, extid;
};

struct bytes {
	unsigned char *data;
	size_t size;
};

/* Its release stores what was changed under it. */
static void *lock;

uint32_t dbwrap_do_locked(void *db, struct bytes key, void *fn, void *data)
{
	uint32_t (*next)(void *, struct bytes, void *, void *) =
		FIND("dbwrap_do_locked");

	return next(db, key, fn, data);
}

uint32_t dbwrap_record_delete(void *record)
{
	uint32_t (*next)(void *) = FIND("dbwrap_record_delete");

	return next(record);
}

uint32_t dbwrap_record_storev(void *record, void *parts, int num, int flags)
{
	uint32_t (*next)(void *, void *, int, int) =
		FIND("dbwrap_record_storev");

	return next(record, parts, num, flags);
}

void *get_existing_share_mode_lock(void *mem_ctx, struct file_id id)
{
	void *(*next)(void *, struct file_id) =
		FIND("get_existing_share_mode_lock");

	lock = next(mem_ctx, id);
	return lock;
}

bool share_mode_forall_entries(void *of, void *fn, void *data)
{
	bool (*next)(void *, void *, void *) =
		FIND("share_mode_forall_entries");

	return next(of, fn, data);
}

uint32_t share_mode_wakeup_waiters(struct file_id id)
{
	uint32_t (*next)(struct file_id) = FIND("share_mode_wakeup_waiters");

	return next(id);
}

uint32_t leases_db_del(void *client, void *key, void *id)
{
	uint32_t (*next)(void *, void *, void *) = FIND("leases_db_del");

	return next(client, key, id);
}

int _talloc_free(void *ptr, const char *location)
{
	static int (*next)(void *, const char *);

	if (next == NULL) {
		next = dlsym(RTLD_NEXT, "_talloc_free");
	}
	if (ptr != NULL && ptr == lock) {
		(void)FIND("_talloc_free");
		lock = NULL;
	}
	return next(ptr, location);
}
