/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a call works with: the worker's tables, what the server adds. */

#ifndef SESSIONDEL_CALL_WORK_H
#define SESSIONDEL_CALL_WORK_H

#include "source/common/samba_types.h"

#include "source/session/session_work.h"

struct child_service;
struct dcesrv_connection;
struct sessiondel_module;

/**
 * The session table.
 *
 * @return NULL without memory.
 */
struct session_table *call_work_table(struct sessiondel_module *module);

/**
 * Prepare the work of a call. Its query is left empty.
 *
 * @param[in]     mem_ctx   Owns the child that a cluster needs.
 * @param[in,out] module    Owns what is opened once in the worker's life.
 * @param[in]     conn      The call's connection.
 * @param[in]     services  What a child does; must outlive the work.
 * @param[in,out] work      Stays where it is, because a child inherits it.
 *
 * @return False without memory.
 */
bool call_work_init(TALLOC_CTX *mem_ctx,
		    struct sessiondel_module *module,
		    const struct dcesrv_connection *conn,
		    const struct child_service *const *services,
		    struct session_work *work);

/**
 * The code for a fault of the server's, or for what took too long: 5 means a
 * refused caller only.
 */
WERROR call_work_fault(NTSTATUS status);

#endif
