/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ping smbds on other nodes, to see whether they received earlier messages. */

#include "smbd_ping.h"

#include "lib/util/server_id.h"
#include "librpc/gen_ndr/messaging.h"
#include "source3/include/messages.h"

/* The address of all Samba processes on a node, from Samba's ctdb_srvids.h. */
#define ALL_PROCESSES 0xFE00000000000000ULL

struct smbd_ping {
	struct server_id owner;
	enum smbd_ping_state state;
	struct timeval asked;
};

struct smbd_pings {
	struct messaging_context *msg_ctx;
	struct smbd_ping *list;
	size_t num;
};

static struct smbd_ping *find_ping(const struct smbd_pings *pings,
				   const struct server_id *owner)
{
	for (size_t i = 0; i < pings->num; i++) {
		if (server_id_equal(&pings->list[i].owner, owner)) {
			return &pings->list[i];
		}
	}
	return NULL;
}

static void pong_received(struct messaging_context *msg_ctx,
			  void *private_data,
			  uint32_t msg_type,
			  struct server_id from,
			  DATA_BLOB *data)
{
	struct smbd_pings *pings =
		talloc_get_type_abort(private_data, struct smbd_pings);

	(void)msg_ctx;
	(void)msg_type;
	(void)data;

	for (size_t i = 0; i < pings->num; i++) {
		struct smbd_ping *ping = &pings->list[i];

		if (server_id_equal(&ping->owner, &from) ||
		    (ping->state == PING_SENT_TO_NODE &&
		     ping->owner.vnn == from.vnn)) {
			ping->state = PING_ANSWERED;
		}
	}
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
	status = messaging_register(msg_ctx, pings, MSG_PONG, pong_received);
	if (!NT_STATUS_IS_OK(status)) {
		talloc_free(pings);
		return NULL;
	}
	talloc_set_destructor(pings, smbd_pings_destructor);
	return pings;
}

static struct smbd_ping *find_or_add(struct smbd_pings *pings,
				     const struct server_id *owner)
{
	struct smbd_ping *ping = find_ping(pings, owner);
	struct smbd_ping *list = NULL;

	if (ping != NULL) {
		return ping;
	}
	list = talloc_realloc(pings,
			      pings->list,
			      struct smbd_ping,
			      pings->num + 1);
	if (list == NULL) {
		return NULL;
	}
	pings->list = list;
	list[pings->num] = (struct smbd_ping){.owner = *owner};
	return &list[pings->num++];
}

NTSTATUS smbd_ping_send(struct smbd_pings *pings,
			const struct server_id *owner,
			bool whole_node)
{
	struct smbd_ping *ping = find_or_add(pings, owner);
	struct server_id to = *owner;

	if (ping == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	if (whole_node) {
		to = (struct server_id){.vnn = owner->vnn,
					.pid = ALL_PROCESSES};
	}
	ping->state = whole_node ? PING_SENT_TO_NODE : PING_SENT;
	ping->asked = timeval_current();
	return messaging_send(pings->msg_ctx, to, MSG_PING, NULL);
}

enum smbd_ping_state smbd_ping_get(const struct smbd_pings *pings,
				   const struct server_id *owner,
				   struct timeval *age)
{
	const struct smbd_ping *ping = find_ping(pings, owner);
	struct timeval now = timeval_current();

	if (ping == NULL) {
		return PING_NOT_SENT;
	}
	if (age != NULL) {
		*age = tevent_timeval_until(&ping->asked, &now);
	}
	return ping->state;
}

void smbd_pings_forget(struct smbd_pings *pings)
{
	pings->num = 0;
}
