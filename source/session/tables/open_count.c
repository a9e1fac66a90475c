/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Count the files, directories and pipes that users have open. */

#include "open_count.h"

#include "lib/dbwrap/dbwrap.h"
#include "libcli/security/dom_sid.h"

#include "lock_db.h"
#include "open_record.h"

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_counts(const void *a, const void *b)
{
	const struct open_count *count_a = a;
	const struct open_count *count_b = b;
	const struct server_id *owner_a = &count_a->owner;
	const struct server_id *owner_b = &count_b->owner;
	int ret = compare_numbers(count_a->session, count_b->session);

	if (ret == 0) {
		ret = compare_numbers(owner_a->pid, owner_b->pid);
	}
	if (ret == 0) {
		ret = compare_numbers(owner_a->vnn, owner_b->vnn);
	}
	if (ret == 0) {
		ret = compare_numbers(owner_a->unique_id, owner_b->unique_id);
	}
	return ret != 0 ? ret : dom_sid_compare(&count_a->user, &count_b->user);
}

void open_counts_sort(struct open_count *counts, size_t num)
{
	if (num != 0) {
		qsort(counts, num, sizeof(*counts), compare_counts);
	}
}

struct open_count *open_counts_find(struct open_count *counts,
				    size_t num,
				    const struct open_count *key)
{
	if (num == 0) {
		return NULL;
	}
	return bsearch(key, counts, num, sizeof(*counts), compare_counts);
}

struct open_count *open_counts_of(struct open_count *counts,
				  size_t num,
				  const struct open_count *open)
{
	const struct open_count of_session = {.session = open->session};
	const struct open_count of_smbd = {.owner = open->owner};
	const struct open_count of_user = {
		.owner = open->owner,
		.user = open->user,
	};
	struct open_count *count = NULL;

	if (open->session != 0) {
		return open_counts_find(counts, num, &of_session);
	}
	count = open_counts_find(counts, num, &of_smbd);
	return count != NULL ? count : open_counts_find(counts, num, &of_user);
}

struct read_state {
	struct open_count *counts;
	size_t num;
	NTSTATUS status;
};

static int count_record(struct db_record *record, void *private_data)
{
	struct read_state *state = private_data;
	const struct smbXsrv_open_global *open = NULL;
	struct open_count *count = NULL;
	TALLOC_CTX *frame = talloc_new(NULL);

	if (frame == NULL) {
		state->status = NT_STATUS_NO_MEMORY;
		return -1;
	}
	state->status = open_record_decode(frame,
					   dbwrap_record_get_key(record),
					   dbwrap_record_get_value(record),
					   &open);
	if (NT_STATUS_EQUAL(state->status, NT_STATUS_NOT_FOUND)) {
		state->status = NT_STATUS_OK;
	} else if (NT_STATUS_IS_OK(state->status)) {
		count = open_counts_of(state->counts,
				       state->num,
				       &(struct open_count){
					       .session = open_session(open),
					       .owner = open->server_id,
					       .user = open->open_owner,
				       });
	}
	if (count != NULL) {
		count->opens += 1;
	}
	talloc_free(frame);
	return NT_STATUS_IS_OK(state->status) ? 0 : -1;
}

NTSTATUS open_counts_read(TALLOC_CTX *mem_ctx,
			  struct open_count *counts,
			  size_t num)
{
	struct read_state state = {
		.counts = counts,
		.num = num,
		.status = NT_STATUS_OK,
	};
	struct db_context *db = NULL;
	NTSTATUS status = open_records_db(mem_ctx, &db);

	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	status = lock_db_walk(db, count_record, &state);
	talloc_free(db);
	return NT_STATUS_IS_OK(state.status) ? status : state.status;
}
