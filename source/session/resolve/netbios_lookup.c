/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Look up NetBIOS names in lmhosts, in WINS or by broadcast. */

#include "netbios_lookup.h"

#include <unistd.h>

#include "lib/util/talloc_stack.h"
#include "lib/util/tevent_ntstatus.h"

#include "source/common/samba_cluster.h"
#include "source/session/child/child.h"

#include "child_lookup.h"
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

bool netbios_wins_fits(const char *name)
{
	return netbios_name_fits(name) && wins_srv_count() > 0;
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

/* Runs in the child; what it leaves behind ends with it. */
static NTSTATUS ask_wins(const char *name, int link)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct tevent_context *ev = samba_tevent_context_init(frame);
	struct tevent_req *req = NULL;
	struct sockaddr_storage *found = NULL;
	size_t num = 0;
	NTSTATUS status;

	if (ev == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	status = reinit_after_fork(NULL, ev, true, NULL);
	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	req = resolve_wins_send(frame, ev, name, NAME_TYPE_SERVER);
	if (req == NULL || !tevent_req_poll(req, ev)) {
		return NT_STATUS_NO_MEMORY;
	}
	status = resolve_wins_recv(req, frame, &found, &num, NULL);
	for (size_t i = 0; NT_STATUS_IS_OK(status) && i < num; i++) {
		char text[INET6_ADDRSTRLEN];

		(void)dprintf(link,
			      "%s\n",
			      print_sockaddr(text, sizeof(text), &found[i]));
	}
	return status;
}

static int fork_wins(int link, void *private_data, pid_t *pid)
{
	const char *name = private_data;
	const pid_t worker = getpid();

	*pid = fork();
	if (*pid == -1) {
		return errno;
	}
	if (*pid == 0) {
		child_leave_worker(worker, link);
		(void)ask_wins(name, link);
		_exit(0);
	}
	return 0;
}

struct tevent_req *wins_lookup_send(TALLOC_CTX *mem_ctx,
				    struct tevent_context *ev,
				    const char *name)
{
	return child_lookup_send(mem_ctx, ev, fork_wins, name);
}

NTSTATUS wins_lookup_recv(struct tevent_req *req,
			  struct client_addresses *addresses)
{
	return child_lookup_recv(req, addresses);
}

struct tevent_req *broadcast_lookup_send(TALLOC_CTX *mem_ctx,
					 struct tevent_context *ev,
					 const char *name)
{
	/* Samba leaves temporary data on it, which a worker would never free */
	TALLOC_CTX *frame = talloc_stackframe();
	struct tevent_req *req =
		name_resolve_bcast_send(mem_ctx, ev, name, NAME_TYPE_SERVER);

	talloc_free(frame);
	return req;
}

NTSTATUS broadcast_lookup_recv(struct tevent_req *req,
			       struct client_addresses *addresses)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sockaddr_storage *found = NULL;
	size_t num = 0;
	NTSTATUS status = name_resolve_bcast_recv(req, frame, &found, &num);

	status = add_found(status, addresses, found, num);
	talloc_free(frame);
	return status;
}
