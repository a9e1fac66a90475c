/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Audit lines that wait to be written: no caller waits for that. */

#include "audit_queue.h"

#include <syslog.h>
#include <unistd.h>

#include "lib/util/debug.h"
#include "lib/util/dlinklist.h"
#include "lib/util/time.h"

#include "source/common/syslog.h"

/* How many lines are written before the worker turns to other work. */
#define LINES_AT_ONCE 100

/* How soon, and for how long, to retry when syslogd accepts no more lines. */
#define RETRY_USEC 20000
#define PATIENCE_SECONDS 5

struct audit_line {
	struct audit_line *prev, *next;
	struct timeval queued;
	bool logged;
	char text[];
};

static bool plan_flush(struct audit_queue *queue,
		       struct tevent_context *ev,
		       unsigned usec);

static void write_log(struct audit_line *line)
{
	if (!line->logged) {
		DEBUG(0, ("sessiondel: %s\n", line->text));
		line->logged = true;
	}
}

/*
 * Write a line to syslog. Returns false if syslogd has to catch up first: its
 * socket holds only ten lines on some machines, and waiting for it would block
 * the worker. A line that it does not accept goes to Samba's log.
 */
static bool write_syslog(int fd, struct audit_line *line)
{
	if (sessiondel_syslog_to(fd,
				 LOG_AUTH | LOG_NOTICE,
				 "sessiondel",
				 line->text)) {
		return true;
	}
	if ((errno == EAGAIN || errno == ENOBUFS) &&
	    timeval_elapsed(&line->queued) < PATIENCE_SECONDS) {
		return false;
	}
	write_log(line);
	return true;
}

static void flush_log(struct audit_queue *queue)
{
	struct audit_line *line = queue->lines;

	for (int i = 0; i < LINES_AT_ONCE && line != NULL; line = line->next) {
		i += line->logged ? 0 : 1;
		write_log(line);
	}
}

/*
 * Uses one socket for all lines: opening and closing it takes longer than
 * writing a line. Returns how long to wait before the rest, in microseconds.
 */
static unsigned flush_lines(struct audit_queue *queue, bool to_syslog)
{
	int fd = to_syslog ? sessiondel_syslog_socket() : -1;
	unsigned pause = 0;

	for (int i = 0; i < LINES_AT_ONCE && queue->lines != NULL; i++) {
		struct audit_line *line = queue->lines;

		if (to_syslog && !write_syslog(fd, line)) {
			pause = RETRY_USEC;
			break;
		}
		DLIST_REMOVE(queue->lines, line);
		talloc_free(line);
	}
	if (fd != -1) {
		close(fd);
	}
	return pause;
}

/* Write the first lines. Returns how long to wait before the rest. */
static unsigned write_some(struct audit_queue *queue)
{
	unsigned where = settings_read(queue->settings, SETTING_AUDIT);

	if (where & AUDIT_TO_LOG) {
		flush_log(queue);
	}
	return flush_lines(queue, where & AUDIT_TO_SYSLOG);
}

void audit_queue_write_rest(struct audit_queue *queue)
{
	struct audit_line *line = NULL;
	unsigned pause = 0;

	while (queue->lines != NULL && pause == 0) {
		pause = write_some(queue);
	}
	for (line = queue->lines; line != NULL; line = line->next) {
		write_log(line);
	}
}

void audit_queue_write_now(struct audit_queue *queue, struct tevent_context *ev)
{
	const unsigned where = settings_read(queue->settings, SETTING_AUDIT);
	struct audit_line *line = NULL;
	unsigned pause = 0;

	while (queue->lines != NULL && pause == 0) {
		pause = write_some(queue);
	}
	if (queue->lines == NULL) {
		return;
	}
	for (line = queue->lines; where & AUDIT_TO_LOG && line != NULL;
	     line = line->next) {
		write_log(line);
	}
	/* when out of memory, the next line plans it */
	(void)plan_flush(queue, ev, pause);
}

/* A call that closed thousands of sessions must not block other calls. */
static void flush(struct tevent_context *ev,
		  struct tevent_timer *te,
		  struct timeval now,
		  void *private_data)
{
	struct audit_queue *queue = private_data;
	unsigned pause;

	(void)te;
	(void)now;

	queue->flush = NULL;
	pause = write_some(queue);
	if (queue->lines != NULL) {
		/* when out of memory, the next line plans it */
		(void)plan_flush(queue, ev, pause);
	}
}

static bool plan_flush(struct audit_queue *queue,
		       struct tevent_context *ev,
		       unsigned usec)
{
	/* answers are sent by immediate events, which run before timers */
	struct timeval when = tevent_timeval_zero();

	if (usec != 0) {
		when = tevent_timeval_current_ofs(0, usec);
	}
	if (queue->flush == NULL) {
		queue->flush = tevent_add_timer(ev, ev, when, flush, queue);
	}
	return queue->flush != NULL;
}

static struct audit_line *new_line(TALLOC_CTX *mem_ctx, const char *text)
{
	size_t size = strlen(text) + 1;
	struct audit_line *line =
		talloc_zero_size(mem_ctx, sizeof(struct audit_line) + size);

	if (line == NULL) {
		return NULL;
	}
	talloc_set_name_const(line, "struct audit_line");
	line->queued = timeval_current();
	memcpy(line->text, text, size);
	return line;
}

/*
 * Write to both logs, because either may lack the memory that it needs itself.
 * The lines that wait come first.
 */
static void write_now(struct audit_queue *queue, const char *text)
{
	audit_queue_write_rest(queue);
	(void)sessiondel_syslog(LOG_AUTH | LOG_NOTICE, "sessiondel", text);
	DEBUG(0, ("sessiondel: %s\n", text));
}

void audit_queue_line(struct audit_queue *queue,
		      struct tevent_context *ev,
		      const char *text)
{
	struct audit_line *line = new_line(ev, text);

	if (line == NULL) {
		write_now(queue, text);
		return;
	}
	DLIST_ADD_END(queue->lines, line);
	if (!plan_flush(queue, ev, 0)) {
		audit_queue_write_rest(queue);
	}
}
