/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is recorded of each call (docs/spec.md#what-is-recorded). */

#include "audit.h"

#include <inttypes.h>

#include "lib/util/dlinklist.h"
#include "lib/util/server_id.h"
#include "lib/util/time.h"
#include "libcli/security/dom_sid.h"

#include "source/common/text.h"

/* Bytes of one line, and of one escaped name in it. */
#define LINE_LEN 2048
#define NAME_LEN 256

/*
 * The delay between an answer and its line. Without it, making the line would
 * slow down the caller's next call on a machine with few cores.
 */
#define PAUSE_USEC 10000

static const char *result_name(WERROR result)
{
	static const struct {
		WERROR result;
		const char *name;
	} names[] = {
		{WERR_OK, "NERR_Success"},
		{WERR_ACCESS_DENIED, "ERROR_ACCESS_DENIED"},
		{WERR_NOT_ENOUGH_MEMORY, "ERROR_NOT_ENOUGH_MEMORY"},
		{WERR_INVALID_PARAMETER, "ERROR_INVALID_PARAMETER"},
		{WERR_BUSY, "ERROR_BUSY"},
		{WERR_TIMEOUT, "ERROR_TIMEOUT"},
		{WERR_NERR_CLIENTNAMENOTFOUND, "NERR_ClientNameNotFound"},
		{WERR_NERR_INTERNALERROR, "NERR_InternalError"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (W_ERROR_EQUAL(names[i].result, result)) {
			return names[i].name;
		}
	}
	return "error";
}

static const char *fate_name(enum session_fate fate)
{
	switch (fate) {
	case SESSION_NOT_ASKED:
		return "not asked";
	case SESSION_ASKED:
		return "asked, not confirmed";
	case SESSION_GONE:
		return "closed";
	case SESSION_OWNER_DIED:
		return "ended with its smbd";
	case SESSION_OWN:
		return "the caller's own, to be closed after the answer";
	}
	return "unknown";
}

static size_t count_ended(const struct session_targets *targets)
{
	size_t ended = 0;

	for (size_t i = 0; i < targets->num; i++) {
		const enum session_fate fate = targets->list[i].fate;

		if (fate == SESSION_GONE || fate == SESSION_OWNER_DIED ||
		    fate == SESSION_OWN) {
			ended += 1;
		}
	}
	return ended;
}

/* A line that is made piece by piece; what does not fit is cut off. */
struct line {
	char text[LINE_LEN];
	size_t length;
};

static void append(struct line *line, const char *format, ...)
	PRINTF_ATTRIBUTE(2, 3);

static void append(struct line *line, const char *format, ...)
{
	const size_t room = sizeof(line->text) - line->length;
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line->text + line->length, room, format, args);
	va_end(args);
	line->length += MIN((size_t)MAX(length, 0), room - 1);
}

/* How each line of a call begins: who called, and what for. */
static void append_call(struct line *line, const struct audit_call *call)
{
	const struct caller *caller = &call->caller;
	char domain[NAME_LEN], account[NAME_LEN], address[NAME_LEN];
	char client[NAME_LEN], user[NAME_LEN];
	struct dom_sid_buf sid = {.buf = ""};

	if (caller->sid.sid_rev_num != 0) {
		dom_sid_str_buf(&caller->sid, &sid);
	}
	append(line,
	       "NetSessionDel by \"%s\\\\%s\" (%s) from %s: client \"%s\" "
	       "user \"%s\":",
	       text_escape(caller->domain, domain, sizeof(domain)),
	       text_escape(caller->account, account, sizeof(account)),
	       sid.buf,
	       text_escape(caller->address, address, sizeof(address)),
	       text_escape(call->client_name, client, sizeof(client)),
	       text_escape(call->user_name, user, sizeof(user)));
}

static void append_session(struct line *line,
			   const struct session_target *target)
{
	char user[NAME_LEN], client[NAME_LEN];
	struct server_id_buf owner;

	append(line,
	       "session 0x%08" PRIx32 " of \"%s\" at %s, smbd %s",
	       target->key.global_id,
	       text_escape(target->user, user, sizeof(user)),
	       text_escape(target->client, client, sizeof(client)),
	       server_id_str_buf(target->owner, &owner));
}

/* What the client's name stood for, and who said so. */
static void append_addresses(struct line *line,
			     const struct client_addresses *addresses)
{
	if (addresses->num == 0) {
		return;
	}
	append(line, ", %s has for the name", addresses->source);
	for (size_t i = 0; i < addresses->num; i++) {
		char address[CLIENT_ADDRESS_LEN];

		if (line->length > LINE_LEN - sizeof(address)) {
			append(line, " ...");
			break;
		}
		append(line,
		       " %s",
		       client_address_text(&addresses->list[i], address));
	}
}

static void write_answer(struct audit *audit,
			 struct tevent_context *ev,
			 const struct audit_call *call)
{
	struct line line = {.length = 0};

	append_call(&line, call);
	append(&line,
	       " %s (%" PRIu32 "), %zu of %zu sessions ended, %.3f s",
	       result_name(call->result),
	       W_ERROR_V(call->result),
	       count_ended(&call->targets),
	       call->targets.num,
	       call->seconds);
	append_addresses(&line, &call->addresses);
	audit_queue_line(&audit->queue, ev, line.text);
}

static void write_session(struct audit *audit,
			  struct tevent_context *ev,
			  const struct session_target *target)
{
	struct line line = {.length = 0};

	append_session(&line, target);
	append(&line, ": %s", fate_name(target->fate));
	audit_queue_line(&audit->queue, ev, line.text);
}

/* As many sessions as fit into a line. */
void audit_closing(struct audit *audit,
		   struct tevent_context *ev,
		   const struct audit_call *call,
		   const struct session_targets *targets)
{
	struct line line = {.length = 0};
	size_t num = 0;

	audit->ev = ev;
	for (size_t i = 0; i < targets->num; i++) {
		const struct session_target *target = &targets->list[i];

		if (target->fate == SESSION_GONE ||
		    target->fate == SESSION_OWNER_DIED) {
			continue;
		}
		if (line.length > LINE_LEN - 3 * NAME_LEN) {
			audit_queue_line(&audit->queue, ev, line.text);
			line.length = 0;
		}
		if (line.length == 0) {
			append_call(&line, call);
			append(&line, " closing ");
		} else {
			append(&line, "; ");
		}
		append_session(&line, target);
		num++;
	}
	if (num != 0) {
		audit_queue_line(&audit->queue, ev, line.text);
		audit_queue_write_now(&audit->queue, ev);
	}
}

static void write_call(struct audit *audit,
		       struct tevent_context *ev,
		       const struct audit_call *call)
{
	write_answer(audit, ev, call);
	for (size_t i = 0; i < call->targets.num; i++) {
		write_session(audit, ev, &call->targets.list[i]);
	}
}

static void write_calls(struct audit *audit, struct tevent_context *ev)
{
	while (audit->calls != NULL) {
		struct audit_call *call = audit->calls;

		write_call(audit, ev, call);
		DLIST_REMOVE(audit->calls, call);
		talloc_free(call);
	}
}

static void calls_due(struct tevent_context *ev,
		      struct tevent_timer *te,
		      struct timeval now,
		      void *private_data)
{
	struct audit *audit = private_data;

	(void)te;
	(void)now;
	audit->due = NULL;
	write_calls(audit, ev);
}

void audit_write_rest(struct audit *audit)
{
	write_calls(audit, audit->ev);
	audit_queue_write_rest(&audit->queue);
}

static const char *copy_string(TALLOC_CTX *mem_ctx, const char *text)
{
	return talloc_strdup(mem_ctx, text != NULL ? text : "");
}

struct audit_call *audit_call_keep(TALLOC_CTX *mem_ctx,
				   const struct audit_call *call)
{
	struct audit_call *kept = talloc(mem_ctx, struct audit_call);

	if (kept == NULL) {
		return NULL;
	}
	*kept = *call;
	kept->caller.domain = copy_string(kept, call->caller.domain);
	kept->caller.account = copy_string(kept, call->caller.account);
	kept->caller.address = copy_string(kept, call->caller.address);
	kept->client_name = copy_string(kept, call->client_name);
	kept->user_name = copy_string(kept, call->user_name);

	if (kept->caller.domain == NULL || kept->caller.account == NULL ||
	    kept->caller.address == NULL || kept->client_name == NULL ||
	    kept->user_name == NULL) {
		talloc_free(kept);
		return NULL;
	}
	return kept;
}

void audit_call(struct audit *audit,
		struct tevent_context *ev,
		struct audit_call *kept,
		WERROR result)
{
	audit->ev = ev;
	kept->result = result;
	kept->seconds = timeval_elapsed(&kept->start);
	talloc_steal(ev, kept);
	DLIST_ADD_END(audit->calls, kept);

	if (audit->due == NULL) {
		audit->due =
			tevent_add_timer(ev,
					 ev,
					 tevent_timeval_current_ofs(0,
								    PAUSE_USEC),
					 calls_due,
					 audit);
	}
	if (audit->due == NULL) {
		write_calls(audit, ev);
	}
}

void audit_call_now(struct audit *audit,
		    struct tevent_context *ev,
		    struct audit_call *call,
		    WERROR result)
{
	call->result = result;
	call->seconds = timeval_elapsed(&call->start);
	write_calls(audit, ev);
	write_call(audit, ev, call);
}

static void write_summary(struct tevent_context *ev,
			  struct tevent_timer *te,
			  struct timeval now,
			  void *private_data)
{
	struct audit *audit = private_data;
	char line[LINE_LEN];

	(void)now;

	(void)te;
	audit->summary = NULL;
	snprintf(line,
		 sizeof(line),
		 "NetSessionDel: %" PRIu64 " more calls refused with "
		 "ERROR_ACCESS_DENIED (5) in the last %d s",
		 rates_take_dropped(&audit->refusals),
		 RATE_WINDOW);
	audit_queue_line(&audit->queue, ev, line);
}

/* The user, and the address without its port. */
static const char *caller_name(const struct caller *caller,
			       char *name,
			       size_t size)
{
	const char *address = caller->address != NULL ? caller->address : "";
	const char *port = strrchr(address, ':');
	struct dom_sid_buf sid;

	snprintf(name,
		 size,
		 "%s %.*s",
		 dom_sid_str_buf(&caller->sid, &sid),
		 port != NULL ? (int)(port - address) : (int)strlen(address),
		 address);
	return name;
}

void audit_refusal(struct audit *audit,
		   struct tevent_context *ev,
		   struct audit_call *call)
{
	struct audit_call *kept = NULL;
	char name[RATES_CALLER_LEN];

	if (rates_allow(&audit->refusals,
			caller_name(&call->caller, name, sizeof(name)),
			time_mono(NULL))) {
		kept = audit_call_keep(ev, call);
		if (kept != NULL) {
			audit_call(audit, ev, kept, WERR_ACCESS_DENIED);
			return;
		}
		audit_call_now(audit, ev, call, WERR_ACCESS_DENIED);
		return;
	}
	if (audit->summary == NULL) {
		audit->summary =
			tevent_add_timer(ev,
					 ev,
					 tevent_timeval_current_ofs(RATE_WINDOW,
								    0),
					 write_summary,
					 audit);
	}
}
