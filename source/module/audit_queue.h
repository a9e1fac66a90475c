/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Audit lines that wait to be written: no caller waits for that. */

#ifndef SESSIONDEL_AUDIT_QUEUE_H
#define SESSIONDEL_AUDIT_QUEUE_H

#include "replace.h"
#include <tevent.h>

#include "settings.h"

struct audit_line;

/* All zero at first, except for the settings. */
struct audit_queue {
	struct settings *settings;
	struct audit_line *lines;
	struct tevent_timer *flush;
};

/**
 * Write a line to the logs that sessiondel:audit names, as soon as the worker
 * has nothing to answer. When out of memory, write it to both logs at once.
 *
 * @param[in,out] queue  The worker's lines.
 * @param[in]     ev     The worker's event context.
 * @param[in]     text   The line, copied.
 */
void audit_queue_line(struct audit_queue *queue,
		      struct tevent_context *ev,
		      const char *text);

/**
 * Write what can be written at once, without blocking. What syslogd has no room
 * for yet follows as with audit_queue_line().
 */
void audit_queue_write_now(struct audit_queue *queue,
			   struct tevent_context *ev);

/**
 * Write all lines now, because the worker is exiting. Lines that syslog does
 * not accept go to Samba's log.
 */
void audit_queue_write_rest(struct audit_queue *queue);

#endif
