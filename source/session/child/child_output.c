/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Read what a child process writes, without blocking. */

#include "child_output.h"

#include <unistd.h>

#include "lib/util/tevent_ntstatus.h"

/* Bytes to read at once. */
#define CHUNK_LEN 65536

struct child_output_state {
	int link;
	size_t most;
	DATA_BLOB told;
};

static void child_output_readable(struct tevent_context *ev,
				  struct tevent_fd *fde,
				  uint16_t flags,
				  void *private_data)
{
	struct tevent_req *req =
		talloc_get_type_abort(private_data, struct tevent_req);
	struct child_output_state *state =
		tevent_req_data(req, struct child_output_state);
	uint8_t chunk[CHUNK_LEN];
	size_t room = MIN(sizeof(chunk), state->most - state->told.length);
	ssize_t got = read(state->link, chunk, room);

	(void)ev;
	(void)fde;
	(void)flags;

	if (got == -1) {
		/* EINTR, EAGAIN: there will be another event */
		return;
	}
	if (got != 0 && !data_blob_append(state, &state->told, chunk, got)) {
		tevent_req_oom(req);
		return;
	}
	if (got == 0 || state->told.length == state->most) {
		tevent_req_done(req);
	}
}

struct tevent_req *child_output_send(TALLOC_CTX *mem_ctx,
				     struct tevent_context *ev,
				     const struct child *child,
				     size_t most)
{
	struct tevent_req *req = NULL;
	struct tevent_fd *fde = NULL;
	struct child_output_state *state = NULL;

	req = tevent_req_create(mem_ctx, &state, struct child_output_state);
	if (req == NULL) {
		return NULL;
	}
	state->link = child->link;
	state->most = most;
	fde = tevent_add_fd(ev,
			    state,
			    state->link,
			    TEVENT_FD_READ,
			    child_output_readable,
			    req);
	if (tevent_req_nomem(fde, req)) {
		return tevent_req_post(req, ev);
	}
	return req;
}

NTSTATUS child_output_recv(struct tevent_req *req,
			   TALLOC_CTX *mem_ctx,
			   DATA_BLOB *told)
{
	const struct child_output_state *state =
		tevent_req_data(req, struct child_output_state);
	NTSTATUS status = NT_STATUS_OK;

	(void)tevent_req_is_nterror(req, &status);
	*told = state->told;
	(void)talloc_steal(mem_ctx, told->data);
	return status;
}
