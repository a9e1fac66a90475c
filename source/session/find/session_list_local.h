/* SPDX-License-Identifier: GPL-3.0-or-later */
/* List the sessions that match a query. */

#ifndef SESSIONDEL_SESSION_LIST_LOCAL_H
#define SESSIONDEL_SESSION_LIST_LOCAL_H

#include "source/common/samba_types.h"
#include <talloc.h>

#include "source/session/match/session_match.h"
#include "source/session/match/session_query.h"
#include "source/session/tables/session_table.h"

/* What a list costs extra for. */
struct session_fields {
	/* a walk over all opens of the server */
	bool opens;
	/* a dump of the kernel's connections */
	bool idle;
};

struct session_row {
	/* never 0, and unique while the session exists */
	uint32_t id;
	/* NetrSessionDel with these names closes this session */
	const char *client;
	const char *user;
	const char *client_type;
	const char *transport;
	bool guest;
	/* since the session was set up */
	uint32_t seconds;
	/* since the last data from the client; 0 if not known */
	uint32_t idle;
	/* open files, directories and pipes; 0 if not counted */
	uint32_t opens;
	/* what the opens are counted by */
	struct server_id owner;
	struct dom_sid user_sid;
};

/* Sorted by id. */
struct session_list {
	struct session_row *rows;
	size_t num;
	/* there are sessions that match except for their client */
	bool other_clients;
	/* there are sessions of the client, of any user */
	bool client_seen;
};

/**
 * List the sessions that match a query: authenticated ones whose smbd is alive.
 * They are the same that a close with this query would close.
 *
 * Each session has the number of its opens where Samba records which session an
 * open belongs to (from 4.23). Else it has those of all sessions of its user in
 * its smbd; see open_count.h.
 *
 * @param[in]  mem_ctx  Owns the rows and their strings.
 * @param[in]  table    The session table.
 * @param[in]  query    What was asked for.
 * @param[in]  scope    The server's domain, and the caller.
 * @param[in]  fields   Which of these fields to fill.
 * @param[out] list     Valid only with NT_STATUS_OK, may be empty.
 *
 * @return NT_STATUS_NO_MEMORY, or what session_table_walk() and
 *         open_counts_read() return.
 */
NTSTATUS session_list_make(TALLOC_CTX *mem_ctx,
			   struct session_table *table,
			   const struct session_query *query,
			   const struct session_scope *scope,
			   struct session_fields fields,
			   struct session_list *list);

#endif
