/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Look up a name in a child process, which writes the addresses. */

#include "child_lookup.h"

#include "lib/util/debug.h"
#include "lib/util/tevent_ntstatus.h"
#include "libcli/util/error.h"

#include "source/session/child/child_output.h"

/* At most this much of its output is read, in bytes. */
#define ANSWER_LEN 16384

struct child_lookup_state {
	struct child child;
	struct tevent_req *output;
	DATA_BLOB answer;
};

static void first_word(const char *line, char *word, size_t size)
{
	size_t len = strcspn(line, " \n");

	len = MIN(len, size - 1);
	memcpy(word, line, len);
	word[len] = '\0';
}

void child_lookup_parse(const char *text, struct client_addresses *addresses)
{
	const char *end = NULL;

	for (; (end = strchr(text, '\n')) != NULL; text = end + 1) {
		char word[INET6_ADDRSTRLEN + CLIENT_ZONE_LEN];
		struct client_address address;

		first_word(text, word, sizeof(word));
		if (client_address_parse(word, &address)) {
			client_addresses_add(addresses, &address);
		}
	}
}

static void child_lookup_cleanup(struct tevent_req *req,
				 enum tevent_req_state req_state)
{
	struct child_lookup_state *state =
		tevent_req_data(req, struct child_lookup_state);

	(void)req_state;

	TALLOC_FREE(state->output);
	child_end(&state->child);
}

static void child_lookup_answered(struct tevent_req *subreq);

struct tevent_req *child_lookup_send(TALLOC_CTX *mem_ctx,
				     struct tevent_context *ev,
				     int (*start)(int link,
						  void *private_data,
						  pid_t *pid),
				     const char *name)
{
	struct tevent_req *req = NULL;
	struct child_lookup_state *state = NULL;
	int err;

	req = tevent_req_create(mem_ctx, &state, struct child_lookup_state);
	if (req == NULL) {
		return NULL;
	}
	err = child_start(&state->child, start, discard_const_p(char, name));
	tevent_req_set_cleanup_fn(req, child_lookup_cleanup);
	if (err != 0) {
		DBG_ERR("cannot start a process to look up a name: %s\n",
			strerror(err));
		tevent_req_nterror(req, map_nt_error_from_unix_common(err));
		return tevent_req_post(req, ev);
	}
	state->output = child_output_send(state, ev, &state->child, ANSWER_LEN);
	if (tevent_req_nomem(state->output, req)) {
		return tevent_req_post(req, ev);
	}
	tevent_req_set_callback(state->output, child_lookup_answered, req);
	return req;
}

static void child_lookup_answered(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	struct child_lookup_state *state =
		tevent_req_data(req, struct child_lookup_state);
	NTSTATUS status = child_output_recv(subreq, state, &state->answer);

	if (tevent_req_nterror(req, status)) {
		return;
	}
	/* terminate the text */
	if (!data_blob_append(state, &state->answer, "", 1)) {
		tevent_req_oom(req);
		return;
	}
	tevent_req_done(req);
}

NTSTATUS child_lookup_recv(struct tevent_req *req,
			   struct client_addresses *addresses)
{
	const struct child_lookup_state *state =
		tevent_req_data(req, struct child_lookup_state);
	NTSTATUS status;

	if (tevent_req_is_nterror(req, &status)) {
		return status;
	}
	child_lookup_parse((const char *)state->answer.data, addresses);
	return NT_STATUS_OK;
}
