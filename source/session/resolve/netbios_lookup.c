/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Look up NetBIOS names in lmhosts, in WINS or by broadcast. */

#include "netbios_lookup.h"

#include "lib/util/talloc_stack.h"
#include "lib/util/tevent_ntstatus.h"

#include "samba_resolver.h"

/* A NetBIOS name has at most 15 bytes; the 16th is its type. */
#define NETBIOS_NAME_LEN 16

#define NAME_TYPE_SERVER 0x20

bool netbios_name_fits(const char *name)
{
	return strlen(name) < NETBIOS_NAME_LEN && strchr(name, '.') == NULL;
}

bool netbios_broadcast_fits(const char *name)
{
	return netbios_name_fits(name) && iface_count_v4_nl() > 0;
}

static void add_all(struct client_addresses *addresses,
		    const struct sockaddr_storage *found,
		    size_t num)
{
	for (size_t i = 0; i < num; i++) {
		struct client_address address;

		if (client_address_from_socket(&found[i], &address)) {
			client_addresses_add(addresses, &address);
		}
	}
}

/* Every error but NT_STATUS_NO_MEMORY means that the name is unknown. */
static NTSTATUS add_found(NTSTATUS status,
			  struct client_addresses *addresses,
			  const struct sockaddr_storage *found,
			  size_t num)
{
	if (NT_STATUS_IS_OK(status)) {
		add_all(addresses, found, num);
	}
	return NT_STATUS_EQUAL(status, NT_STATUS_NO_MEMORY) ? status
							    : NT_STATUS_OK;
}

struct lmhosts_lookup_state {
	struct sockaddr_storage *found;
	size_t num;
};

struct tevent_req *lmhosts_lookup_send(TALLOC_CTX *mem_ctx,
				       struct tevent_context *ev,
				       const char *name)
{
	struct tevent_req *req = NULL;
	struct lmhosts_lookup_state *state = NULL;
	NTSTATUS status;

	req = tevent_req_create(mem_ctx, &state, struct lmhosts_lookup_state);
	if (req == NULL) {
		return NULL;
	}
	status = resolve_lmhosts_file_as_sockaddr(state,
						  get_dyn_LMHOSTSFILE(),
						  name,
						  NAME_TYPE_SERVER,
						  &state->found,
						  &state->num);
	if (!tevent_req_nterror(req, status)) {
		tevent_req_done(req);
	}
	return tevent_req_post(req, ev);
}

NTSTATUS lmhosts_lookup_recv(struct tevent_req *req,
			     struct client_addresses *addresses)
{
	const struct lmhosts_lookup_state *state =
		tevent_req_data(req, struct lmhosts_lookup_state);
	NTSTATUS status = NT_STATUS_OK;

	(void)tevent_req_is_nterror(req, &status);
	return add_found(status, addresses, state->found, state->num);
}

typedef struct tevent_req *(*resolve_send_fn)(TALLOC_CTX *mem_ctx,
					      struct tevent_context *ev,
					      const char *name,
					      int name_type);
typedef NTSTATUS (*resolve_recv_fn)(struct tevent_req *req,
				    TALLOC_CTX *mem_ctx,
				    struct sockaddr_storage **found,
				    size_t *num);

static struct tevent_req *ask_resolver(resolve_send_fn resolve_send,
				       TALLOC_CTX *mem_ctx,
				       struct tevent_context *ev,
				       const char *name)
{
	/* Samba leaves temporary data on it, which a worker would never free */
	TALLOC_CTX *frame = talloc_stackframe();
	struct tevent_req *req =
		resolve_send(mem_ctx, ev, name, NAME_TYPE_SERVER);

	talloc_free(frame);
	return req;
}

static NTSTATUS receive_answer(resolve_recv_fn resolve_recv,
			       struct tevent_req *req,
			       struct client_addresses *addresses)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sockaddr_storage *found = NULL;
	size_t num = 0;
	NTSTATUS status = resolve_recv(req, frame, &found, &num);

	status = add_found(status, addresses, found, num);
	talloc_free(frame);
	return status;
}

struct tevent_req *wins_lookup_send(TALLOC_CTX *mem_ctx,
				    struct tevent_context *ev,
				    const char *name)
{
	return ask_resolver(resolve_wins_send, mem_ctx, ev, name);
}

static NTSTATUS wins_recv(struct tevent_req *req,
			  TALLOC_CTX *mem_ctx,
			  struct sockaddr_storage **found,
			  size_t *num)
{
	return resolve_wins_recv(req, mem_ctx, found, num, NULL);
}

NTSTATUS wins_lookup_recv(struct tevent_req *req,
			  struct client_addresses *addresses)
{
	return receive_answer(wins_recv, req, addresses);
}

struct tevent_req *broadcast_lookup_send(TALLOC_CTX *mem_ctx,
					 struct tevent_context *ev,
					 const char *name)
{
	return ask_resolver(name_resolve_bcast_send, mem_ctx, ev, name);
}

NTSTATUS broadcast_lookup_recv(struct tevent_req *req,
			       struct client_addresses *addresses)
{
	return receive_answer(name_resolve_bcast_recv, req, addresses);
}
