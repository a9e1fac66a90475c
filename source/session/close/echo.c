/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a smbd of another node has taken up what it was sent before. */

#include "echo.h"

#include "lib/util/server_id.h"
#include "librpc/gen_ndr/messaging.h"
#include "source3/include/messages.h"

/*
 * The address of all of Samba's processes on a node at once, from Samba's
 * ctdb_srvids.h.
 */
#define ALL_PROCESSES 0xFE00000000000000ULL

struct echo {
	struct server_id owner;
	enum echo_state state;
	struct timeval asked;
};

struct echoes {
	struct messaging_context *msg_ctx;
	struct echo *list;
	size_t num;
};

static struct echo *find(const struct echoes *echoes,
			 const struct server_id *owner)
{
	for (size_t i = 0; i < echoes->num; i++) {
		if (server_id_equal(&echoes->list[i].owner, owner)) {
			return &echoes->list[i];
		}
	}
	return NULL;
}

static void heard(struct messaging_context *msg_ctx,
		  void *private_data,
		  uint32_t msg_type,
		  struct server_id from,
		  DATA_BLOB *data)
{
	struct echoes *echoes =
		talloc_get_type_abort(private_data, struct echoes);

	(void)msg_ctx;
	(void)msg_type;
	(void)data;

	for (size_t i = 0; i < echoes->num; i++) {
		struct echo *echo = &echoes->list[i];

		if (server_id_equal(&echo->owner, &from) ||
		    (echo->state == ECHO_ASKED_NODE &&
		     echo->owner.vnn == from.vnn)) {
			echo->state = ECHO_HEARD;
		}
	}
}

static int echoes_destructor(struct echoes *echoes)
{
	messaging_deregister(echoes->msg_ctx, MSG_PONG, echoes);
	return 0;
}

struct echoes *echoes_create(TALLOC_CTX *mem_ctx,
			     struct messaging_context *msg_ctx)
{
	struct echoes *echoes = talloc_zero(mem_ctx, struct echoes);
	NTSTATUS status;

	if (echoes == NULL) {
		return NULL;
	}
	echoes->msg_ctx = msg_ctx;
	status = messaging_register(msg_ctx, echoes, MSG_PONG, heard);
	if (!NT_STATUS_IS_OK(status)) {
		talloc_free(echoes);
		return NULL;
	}
	talloc_set_destructor(echoes, echoes_destructor);
	return echoes;
}

static struct echo *find_or_add(struct echoes *echoes,
				const struct server_id *owner)
{
	struct echo *echo = find(echoes, owner);
	struct echo *list = NULL;

	if (echo != NULL) {
		return echo;
	}
	list = talloc_realloc(echoes,
			      echoes->list,
			      struct echo,
			      echoes->num + 1);
	if (list == NULL) {
		return NULL;
	}
	echoes->list = list;
	list[echoes->num] = (struct echo){.owner = *owner};
	return &list[echoes->num++];
}

NTSTATUS echoes_ask(struct echoes *echoes,
		    const struct server_id *owner,
		    bool whole_node)
{
	struct echo *echo = find_or_add(echoes, owner);
	struct server_id to = *owner;

	if (echo == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	if (whole_node) {
		to = (struct server_id){.vnn = owner->vnn,
					.pid = ALL_PROCESSES};
	}
	echo->state = whole_node ? ECHO_ASKED_NODE : ECHO_ASKED;
	echo->asked = timeval_current();
	return messaging_send(echoes->msg_ctx, to, MSG_PING, NULL);
}

enum echo_state echoes_state(const struct echoes *echoes,
			     const struct server_id *owner,
			     struct timeval *age)
{
	const struct echo *echo = find(echoes, owner);
	struct timeval now = timeval_current();

	if (echo == NULL) {
		return ECHO_NOT_ASKED;
	}
	if (age != NULL) {
		*age = tevent_timeval_until(&echo->asked, &now);
	}
	return echo->state;
}

void echoes_forget(struct echoes *echoes)
{
	echoes->num = 0;
}
