/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Preloaded into a worker: sends it a signal in the middle of the module's
 * work. Functions of Samba that the module calls are the steps; the signal
 * comes before the one that was asked for.
 */

#include <dlfcn.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "preload.h"

/* Memory shared with the test, which sets all but the last. */
struct orders {
	/* the step that is not reached, from 1; with 0, nothing happens */
	uint64_t at;
	uint64_t signal;
	/* are functions that only read steps, too? */
	uint64_t reads;
	/* how many steps there were */
	uint64_t seen;
};

static struct orders *orders;

__attribute__((constructor)) static void begin(void)
{
	orders = preload_orders(sizeof(*orders));
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
			kill(getpid(), (int)orders->signal);
		}
	}
	return dlsym(RTLD_NEXT, name);
}

#define FIND(name) find(name, __builtin_return_address(0))

/* Nothing can come between it and the lock under which it runs. */
#define FIND_LOCKED(name) \
	(orders != NULL && orders->reads ? dlsym(RTLD_NEXT, name) : FIND(name))

#define FIND_READ(name) \
	(orders != NULL && orders->reads ? FIND(name) : dlsym(RTLD_NEXT, name))

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

uint32_t dbwrap_traverse_read(void *db, void *fn, void *data, int *count)
{
	uint32_t (*next)(void *, void *, void *, int *) =
		FIND_READ("dbwrap_traverse_read");

	return next(db, fn, data, count);
}

uint32_t dbwrap_parse_record(void *db, struct bytes key, void *fn, void *data)
{
	uint32_t (*next)(void *, struct bytes, void *, void *) =
		FIND_READ("dbwrap_parse_record");

	return next(db, key, fn, data);
}

uint32_t dbwrap_record_delete(void *record)
{
	uint32_t (*next)(void *) = FIND_LOCKED("dbwrap_record_delete");

	return next(record);
}

uint32_t dbwrap_record_storev(void *record, void *parts, int num, int flags)
{
	uint32_t (*next)(void *, void *, int, int) =
		FIND_LOCKED("dbwrap_record_storev");

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
