/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Resolve computer names in Samba's order, within a time limit. */

#include "name_lookup.h"

#include "lib/util/tevent_ntstatus.h"
#include "lib/util/util_strlist.h"

#include "host_lookup.h"
#include "netbios_lookup.h"
#include "samba_resolver.h"

typedef struct tevent_req *(*lookup_send_fn)(TALLOC_CTX *mem_ctx,
					     struct tevent_context *ev,
					     const char *name);
typedef NTSTATUS (*lookup_recv_fn)(struct tevent_req *req,
				   struct client_addresses *addresses);

struct method {
	/* its name in "name resolve order" */
	const char *name;
	/* not anybody on the network can answer */
	bool sure;
	bool (*fits)(const char *name);
	lookup_send_fn send;
	lookup_recv_fn recv;
};

static bool fits_always(const char *name)
{
	(void)name;
	return true;
}

/* "ads" and "kdc" are left out: they find domain controllers only. */
static const struct method methods[] = {
	{"lmhosts",
	 false,
	 netbios_name_fits,
	 lmhosts_lookup_send,
	 lmhosts_lookup_recv},
	{"wins", true, netbios_wins_fits, wins_lookup_send, wins_lookup_recv},
	{"host", true, fits_always, host_lookup_send, host_lookup_recv},
	{"hosts", true, fits_always, host_lookup_send, host_lookup_recv},
	{"bcast",
	 false,
	 netbios_broadcast_fits,
	 broadcast_lookup_send,
	 broadcast_lookup_recv},
};

struct name_lookup_state {
	struct tevent_context *ev;
	const char *name;
	bool sure_only;
	/* what is still to be asked */
	const char **order;
	/* the method that is being tried */
	const struct method *method;
	struct client_addresses addresses;
};

static const struct method *find_method(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		if (strcasecmp(methods[i].name, name) == 0) {
			return &methods[i];
		}
	}
	return NULL;
}

/* A copy, because smb.conf may be reloaded during the look-up. */
static const char **copy_order(TALLOC_CTX *mem_ctx)
{
	static const char *const empty[] = {"host", NULL};
	const char **order = lp_name_resolve_order();

	if (order == NULL || order[0] == NULL) {
		order = discard_const_p(const char *, empty);
	}
	return str_list_copy_const(mem_ctx, order);
}

static void name_lookup_next(struct tevent_req *req);
static void name_lookup_answered(struct tevent_req *subreq);

struct tevent_req *name_lookup_send(TALLOC_CTX *mem_ctx,
				    struct tevent_context *ev,
				    const char *name,
				    bool sure_only,
				    unsigned limit)
{
	struct tevent_req *req = NULL;
	struct name_lookup_state *state = NULL;

	req = tevent_req_create(mem_ctx, &state, struct name_lookup_state);
	if (req == NULL) {
		return NULL;
	}
	state->ev = ev;
	state->name = name;
	state->sure_only = sure_only;
	state->order = copy_order(state);
	if (tevent_req_nomem(state->order, req)) {
		return tevent_req_post(req, ev);
	}
	if (!tevent_req_set_endtime(req,
				    ev,
				    tevent_timeval_current_ofs(limit, 0))) {
		return tevent_req_post(req, ev);
	}
	name_lookup_next(req);
	if (!tevent_req_is_in_progress(req)) {
		return tevent_req_post(req, ev);
	}
	return req;
}

static void name_lookup_next(struct tevent_req *req)
{
	struct name_lookup_state *state =
		tevent_req_data(req, struct name_lookup_state);
	struct tevent_req *subreq = NULL;

	for (; *state->order != NULL; state->order++) {
		state->method = find_method(*state->order);
		if (state->method != NULL &&
		    (state->method->sure || !state->sure_only) &&
		    state->method->fits(state->name)) {
			break;
		}
	}
	if (*state->order == NULL) {
		tevent_req_done(req);
		return;
	}
	state->order++;
	subreq = state->method->send(state, state->ev, state->name);
	if (tevent_req_nomem(subreq, req)) {
		return;
	}
	tevent_req_set_callback(subreq, name_lookup_answered, req);
}

static void name_lookup_answered(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	struct name_lookup_state *state =
		tevent_req_data(req, struct name_lookup_state);
	NTSTATUS status = state->method->recv(subreq, &state->addresses);

	TALLOC_FREE(subreq);
	if (tevent_req_nterror(req, status)) {
		return;
	}
	if (state->addresses.num != 0) {
		state->addresses.source = state->method->name;
		tevent_req_done(req);
		return;
	}
	name_lookup_next(req);
}

NTSTATUS name_lookup_recv(struct tevent_req *req,
			  struct client_addresses *addresses)
{
	const struct name_lookup_state *state =
		tevent_req_data(req, struct name_lookup_state);
	NTSTATUS status = NT_STATUS_OK;

	*addresses = (struct client_addresses){.num = 0};
	if (!tevent_req_is_nterror(req, &status)) {
		*addresses = state->addresses;
	}
	tevent_req_received(req);
	return status;
}
