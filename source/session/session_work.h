/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the steps of one call share. */

#ifndef SESSIONDEL_SESSION_WORK_H
#define SESSIONDEL_SESSION_WORK_H

#include "source/session/match/session_match.h"
#include "source/session/match/session_query.h"
#include "source/session/targets.h"

struct call_child;
struct session_closer;
struct session_table;

struct session_work {
	/* the worker's; opened when it is read first */
	struct session_table *table;
	/* the worker's */
	struct session_closer *closer;
	/* what was asked for, and what the server adds */
	struct session_query query;
	struct session_scope scope;
	/* NULL: all is done here. Else in the child, by services that get a
	 * copy of this struct */
	struct call_child *child;
	/* to be closed next; in the child, what it found last */
	struct session_targets *targets;
};

#endif
