/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replaces the session table: some records, shown with or without a filter. */

#ifndef SESSIONDEL_TESTS_RECORD_WALK_H
#define SESSIONDEL_TESTS_RECORD_WALK_H

#include <assert.h>
#include <string.h>

#include "source3/include/serverid.h"

#include "source/session/find/session_find_local.h"
#include "source/session/find/session_list_local.h"
#include "source/session/tables/session_record.h"

#define RECORDS_MAX 8

struct session_table {
	TDB_DATA records[RECORDS_MAX];
	size_t num;
	/* show all that can be decoded, as if all passed the filter */
	bool unfiltered;
	/* how many the filter held back */
	size_t held_back;
};

NTSTATUS session_table_walk(struct session_table *table,
			    const struct session_walk *walk)
{
	NTSTATUS status = NT_STATUS_OK;

	for (size_t i = 0; NT_STATUS_IS_OK(status) && i < table->num; i++) {
		struct smbXsrv_session_globalB record;
		TALLOC_CTX *frame = talloc_new(NULL);

		if (walk->may_be_wanted != NULL &&
		    !walk->may_be_wanted(table->records[i],
					 walk->private_data)) {
			table->held_back += 1;
			if (!table->unfiltered) {
				talloc_free(frame);
				continue;
			}
		}
		if (NT_STATUS_IS_OK(session_record_decode(frame,
							  table->records[i],
							  &record))) {
			status = walk->visit(record.info.SMBXSRV_INFO,
					     record.version,
					     walk->private_data);
		}
		talloc_free(frame);
	}
	return status;
}

/* Replaces Samba's function: every owner is alive. */
bool serverid_exists(const struct server_id *id)
{
	(void)id;
	return true;
}

static inline struct session_targets find_targets(
	TALLOC_CTX *mem_ctx,
	struct session_table *table,
	const struct session_query *query,
	const struct session_scope *scope,
	bool unfiltered)
{
	struct session_targets targets;

	table->unfiltered = unfiltered;
	assert(NT_STATUS_IS_OK(
		session_targets_find(mem_ctx, table, query, scope, &targets)));
	return targets;
}

static inline bool is_same(const struct session_targets *a,
			   const struct session_targets *b)
{
	if (a->num != b->num || a->other_clients != b->other_clients) {
		return false;
	}
	for (size_t i = 0; i < a->num; i++) {
		if (a->list[i].key.global_id != b->list[i].key.global_id ||
		    a->list[i].fate != b->list[i].fate ||
		    strcmp(a->list[i].user, b->list[i].user) != 0) {
			return false;
		}
	}
	return true;
}

/**
 * Does a query find the same with the filter as without?
 *
 * @param[out] found  How many targets there are without.
 */
static inline bool filter_keeps_answer(struct session_table *table,
				       const struct session_query *query,
				       const struct session_scope *scope,
				       size_t *found)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct session_targets all =
		find_targets(frame, table, query, scope, true);
	struct session_targets targets =
		find_targets(frame, table, query, scope, false);
	bool same = is_same(&targets, &all);

	*found = all.num;
	talloc_free(frame);
	return same;
}

static inline struct session_list make_list(TALLOC_CTX *mem_ctx,
					    struct session_table *table,
					    const struct session_query *query,
					    const struct session_scope *scope,
					    bool unfiltered)
{
	struct session_list list;

	table->unfiltered = unfiltered;
	assert(NT_STATUS_IS_OK(
		session_list_make(mem_ctx,
				  table,
				  query,
				  scope,
				  (struct session_fields){.opens = false},
				  &list)));
	return list;
}

/* Is each row of one list also in the other? */
static inline bool is_part(const struct session_list *part,
			   const struct session_list *whole)
{
	size_t at = 0;

	for (size_t i = 0; i < part->num; i++) {
		const struct session_row *row = &part->rows[i];

		while (at < whole->num && whole->rows[at].id != row->id) {
			at += 1;
		}
		if (at == whole->num ||
		    strcmp(row->client, whole->rows[at].client) != 0 ||
		    strcmp(row->user, whole->rows[at].user) != 0) {
			return false;
		}
	}
	return true;
}

/**
 * Does a query list the same with the filter as without, and by the same
 * names as a list of everybody?
 */
static inline bool filter_keeps_list(struct session_table *table,
				     const struct session_query *query,
				     const struct session_scope *scope)
{
	const struct session_query everybody = {.user = {.whole = NULL}};
	TALLOC_CTX *frame = talloc_new(NULL);
	struct session_list all =
		make_list(frame, table, &everybody, scope, true);
	struct session_list wanted =
		make_list(frame, table, query, scope, true);
	struct session_list list = make_list(frame, table, query, scope, false);
	bool same = list.num == wanted.num && is_part(&list, &wanted) &&
		    is_part(&list, &all) &&
		    list.client_seen == wanted.client_seen &&
		    list.other_clients == wanted.other_clients;

	talloc_free(frame);
	return same;
}

#endif
