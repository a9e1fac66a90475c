/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pings to smbds, and which of them were answered. */

#include "smbd_ping.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/util/dlinklist.h"
#include "lib/util/server_id.h"
#include "librpc/gen_ndr/messaging.h"
#include "source3/include/ctdb_srvids.h"
#include "source3/include/messages.h"
#include "source3/lib/util_procid.h"

#define BUCKETS 256

/*
 * A ping has a number, which smbd sends back in its PONG, and logs: so it is
 * text. Messages from one process to another keep their order, so an answer to
 * one ping stands for all before it.
 */
#define TEXT_FORMAT "sessiondel %" PRIu64
#define TEXT_LEN 32

struct smbd_ping {
	struct smbd_ping *prev, *next;
	struct smbd_pings *pings;
	struct server_id smbd;
	/* watches that use it */
	size_t users;
	/* the highest number that was answered */
	uint64_t answered;
	/* the number of the ping to its node, and whether any process answered
	 */
	uint64_t node_asked;
	bool node_answered;
};

struct smbd_pings {
	struct messaging_context *msg_ctx;
	struct smbd_ping_watch *watches;
	struct smbd_ping *buckets[BUCKETS];
	/* of the last ping to anybody */
	uint64_t number;
};

struct smbd_ping_watch {
	struct smbd_ping_watch *prev, *next;
	struct smbd_pings *pings;
	struct tevent_context *ev;
	struct tevent_immediate *wake;
	void (*answered)(void *private_data);
	void *private_data;
	struct smbd_ping **used;
	size_t num_used;
};

static struct smbd_ping **bucket_of(struct smbd_pings *pings,
				    const struct server_id *smbd)
{
	return &pings->buckets[(smbd->pid ^ smbd->vnn) % BUCKETS];
}

static struct smbd_ping *find_ping(struct smbd_pings *pings,
				   const struct server_id *smbd)
{
	struct smbd_ping *ping = *bucket_of(pings, smbd);

	while (ping != NULL && !server_id_equal(&ping->smbd, smbd)) {
		ping = ping->next;
	}
	return ping;
}

static void wake_watch(struct tevent_context *ev,
		       struct tevent_immediate *im,
		       void *private_data)
{
	const struct smbd_ping_watch *watch = private_data;

	(void)ev;
	(void)im;
	watch->answered(watch->private_data);
}

/* smbds elsewhere are few enough to be looked through. */
static void note_node_answered(struct smbd_pings *pings,
			       uint32_t vnn,
			       uint64_t number)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		struct smbd_ping *ping = pings->buckets[i];

		for (; ping != NULL; ping = ping->next) {
			if (ping->smbd.vnn == vnn && ping->node_asked != 0 &&
			    ping->node_asked <= number) {
				ping->node_answered = true;
			}
		}
	}
}

/* Somebody else may ping this worker's smbds in its name, by smbcontrol(1). */
static bool parse_text(const DATA_BLOB *data, uint64_t *number)
{
	char text[TEXT_LEN];
	int end = 0;

	if (data->length >= sizeof(text)) {
		return false;
	}
	memcpy(text, data->data, data->length);
	text[data->length] = '\0';
	/* NOLINTNEXTLINE(cert-err34-c): what overflows was not sent by us */
	return sscanf(text, "sessiondel %" SCNu64 "%n", number, &end) == 1 &&
	       text[end] == '\0';
}

static void pong_received(struct smbd_pings *pings,
			  const struct server_id *from,
			  const DATA_BLOB *data)
{
	struct smbd_ping *ping = find_ping(pings, from);
	struct smbd_ping_watch *watch = NULL;
	uint64_t number;

	if (!parse_text(data, &number)) {
		return;
	}
	if (!procid_is_local(from)) {
		note_node_answered(pings, from->vnn, number);
	}
	if (ping != NULL) {
		ping->answered = MAX(ping->answered, number);
	}
	for (watch = pings->watches; watch != NULL; watch = watch->next) {
		tevent_schedule_immediate(watch->wake,
					  watch->ev,
					  wake_watch,
					  watch);
	}
}

static void pong_message(struct messaging_context *msg_ctx,
			 void *private_data,
			 uint32_t msg_type,
			 struct server_id from,
			 DATA_BLOB *data)
{
	struct smbd_pings *pings =
		talloc_get_type_abort(private_data, struct smbd_pings);

	(void)msg_ctx;
	(void)msg_type;
	pong_received(pings, &from, data);
}

static int smbd_pings_destructor(struct smbd_pings *pings)
{
	messaging_deregister(pings->msg_ctx, MSG_PONG, pings);
	return 0;
}

struct smbd_pings *smbd_pings_create(TALLOC_CTX *mem_ctx,
				     struct messaging_context *msg_ctx)
{
	struct smbd_pings *pings = talloc_zero(mem_ctx, struct smbd_pings);
	NTSTATUS status;

	if (pings == NULL) {
		return NULL;
	}
	pings->msg_ctx = msg_ctx;
	status = messaging_register(msg_ctx, pings, MSG_PONG, pong_message);
	if (!NT_STATUS_IS_OK(status)) {
		talloc_free(pings);
		return NULL;
	}
	talloc_set_destructor(pings, smbd_pings_destructor);
	return pings;
}

static void read_next_pong(struct smbd_ping_watch *watch);

static void pong_read(struct tevent_req *req)
{
	struct smbd_ping_watch *watch =
		tevent_req_callback_data(req, struct smbd_ping_watch);
	struct messaging_rec *rec = NULL;
	int ret = messaging_read_recv(req, watch, &rec);

	TALLOC_FREE(req);
	if (ret != 0) {
		/* the clock makes up for it */
		return;
	}
	read_next_pong(watch);
	pong_received(watch->pings, &rec->src, &rec->buf);
	talloc_free(rec);
}

/* What pong_message() does where the messaging context's own loop runs. */
static void read_next_pong(struct smbd_ping_watch *watch)
{
	struct tevent_req *req = messaging_read_send(watch,
						     watch->ev,
						     watch->pings->msg_ctx,
						     MSG_PONG);

	if (req != NULL) {
		tevent_req_set_callback(req, pong_read, watch);
	}
}

static void release_ping(struct smbd_ping *ping)
{
	ping->users -= 1;
	if (ping->users == 0) {
		DLIST_REMOVE(*bucket_of(ping->pings, &ping->smbd), ping);
		talloc_free(ping);
	}
}

static int smbd_ping_watch_destructor(struct smbd_ping_watch *watch)
{
	DLIST_REMOVE(watch->pings->watches, watch);
	for (size_t i = 0; i < watch->num_used; i++) {
		release_ping(watch->used[i]);
	}
	return 0;
}

struct smbd_ping_watch *smbd_pings_watch(TALLOC_CTX *mem_ctx,
					 struct smbd_pings *pings,
					 struct tevent_context *ev,
					 void (*answered)(void *private_data),
					 void *private_data)
{
	struct smbd_ping_watch *watch = talloc(mem_ctx, struct smbd_ping_watch);

	if (watch == NULL) {
		return NULL;
	}
	*watch = (struct smbd_ping_watch){
		.pings = pings,
		.ev = ev,
		.wake = tevent_create_immediate(watch),
		.answered = answered,
		.private_data = private_data,
	};
	if (watch->wake == NULL) {
		talloc_free(watch);
		return NULL;
	}
	DLIST_ADD(pings->watches, watch);
	talloc_set_destructor(watch, smbd_ping_watch_destructor);
	if (ev != messaging_tevent_context(pings->msg_ctx)) {
		read_next_pong(watch);
	}
	return watch;
}

static struct smbd_ping *add_ping(struct smbd_pings *pings,
				  const struct server_id *smbd)
{
	struct smbd_ping *ping = talloc(pings, struct smbd_ping);

	if (ping != NULL) {
		*ping = (struct smbd_ping){.pings = pings, .smbd = *smbd};
		DLIST_ADD(*bucket_of(pings, smbd), ping);
	}
	return ping;
}

struct smbd_ping *smbd_ping_get(struct smbd_ping_watch *watch,
				const struct server_id *smbd)
{
	struct smbd_ping *ping = find_ping(watch->pings, smbd);
	struct smbd_ping **used = watch->used;

	if (watch->num_used == talloc_array_length(used)) {
		used = talloc_realloc(watch,
				      used,
				      struct smbd_ping *,
				      2 * watch->num_used + 1);
		if (used == NULL) {
			return NULL;
		}
		watch->used = used;
	}
	if (ping == NULL) {
		ping = add_ping(watch->pings, smbd);
	}
	if (ping != NULL) {
		ping->users += 1;
		used[watch->num_used++] = ping;
	}
	return ping;
}

static NTSTATUS send_ping(struct smbd_pings *pings, struct server_id to)
{
	char text[TEXT_LEN];
	const int len =
		snprintf(text, sizeof(text), TEXT_FORMAT, ++pings->number);

	return messaging_send_buf(pings->msg_ctx,
				  to,
				  MSG_PING,
				  (const uint8_t *)text,
				  len);
}

NTSTATUS smbd_ping_send(struct smbd_ping *ping, uint64_t *number)
{
	NTSTATUS status = send_ping(ping->pings, ping->smbd);

	if (NT_STATUS_IS_OK(status)) {
		*number = ping->pings->number;
	}
	return status;
}

bool smbd_ping_answered(const struct smbd_ping *ping, uint64_t number)
{
	return ping->answered >= number;
}

NTSTATUS smbd_ping_send_to_node(struct smbd_ping *ping,
				const struct smbd_ping *just_asked)
{
	const struct server_id node = {.vnn = ping->smbd.vnn,
				       .pid = CTDB_SRVID_SAMBA_PROCESS};
	uint64_t number;

	if (just_asked != NULL && just_asked->smbd.vnn == ping->smbd.vnn) {
		number = just_asked->node_asked;
	} else {
		NTSTATUS status = send_ping(ping->pings, node);

		if (!NT_STATUS_IS_OK(status)) {
			return status;
		}
		number = ping->pings->number;
	}
	ping->node_asked = number;
	ping->node_answered = false;
	return NT_STATUS_OK;
}

bool smbd_ping_node_answered(const struct smbd_ping *ping)
{
	return ping->node_answered;
}
