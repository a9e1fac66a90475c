/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Look up host names with the system's resolver, without blocking. */

#include "host_lookup.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include "lib/util/debug.h"
#include "libcli/util/error.h"
#include "lib/util/tevent_ntstatus.h"

#include "source/session/child/child_output.h"

#define GETENT "/usr/bin/getent"

/* At most this much of its output is read, in bytes. */
#define ANSWER_LEN 16384

struct host_lookup_state {
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

void host_lookup_parse(const char *text, struct client_addresses *addresses)
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

/* getent gets the worker's environment, but none of its descriptors. */
static int prepare_actions(posix_spawn_file_actions_t *actions, int output)
{
	int err = posix_spawn_file_actions_adddup2(actions,
						   output,
						   STDOUT_FILENO);

	if (err == 0) {
		err = posix_spawn_file_actions_addopen(actions,
						       STDIN_FILENO,
						       "/dev/null",
						       O_RDWR,
						       0);
	}
	if (err == 0) {
		err = posix_spawn_file_actions_adddup2(actions,
						       STDIN_FILENO,
						       STDERR_FILENO);
	}
	if (err == 0) {
		err = posix_spawn_file_actions_addclosefrom_np(actions, 3);
	}
	return err;
}

static int prepare_signals(posix_spawnattr_t *attr)
{
	sigset_t none, all;
	int err;

	sigemptyset(&none);
	sigfillset(&all);
	err = posix_spawnattr_setsigmask(attr, &none);
	if (err == 0) {
		err = posix_spawnattr_setsigdefault(attr, &all);
	}
	if (err == 0) {
		err = posix_spawnattr_setflags(attr,
					       POSIX_SPAWN_SETSIGMASK |
						       POSIX_SPAWN_SETSIGDEF);
	}
	return err;
}

static int spawn_prepared(const char *name,
			  int output,
			  posix_spawn_file_actions_t *actions,
			  posix_spawnattr_t *attr,
			  pid_t *pid)
{
	/* both families, even if this computer has only one of them */
	char *argv[] = {discard_const_p(char, GETENT),
			discard_const_p(char, "--no-addrconfig"),
			discard_const_p(char, "ahosts"),
			discard_const_p(char, "--"),
			discard_const_p(char, name),
			NULL};
	int err = prepare_actions(actions, output);

	if (err == 0) {
		err = prepare_signals(attr);
	}
	if (err == 0) {
		err = posix_spawn(pid, GETENT, actions, attr, argv, environ);
	}
	return err;
}

static int spawn_getent(int output, void *private_data, pid_t *pid)
{
	const char *name = private_data;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int err = posix_spawn_file_actions_init(&actions);

	if (err != 0) {
		return err;
	}
	err = posix_spawnattr_init(&attr);
	if (err == 0) {
		err = spawn_prepared(name, output, &actions, &attr, pid);
		(void)posix_spawnattr_destroy(&attr);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	return err;
}

static void host_lookup_cleanup(struct tevent_req *req,
				enum tevent_req_state req_state)
{
	struct host_lookup_state *state =
		tevent_req_data(req, struct host_lookup_state);

	(void)req_state;

	TALLOC_FREE(state->output);
	child_end(&state->child);
}

static void host_lookup_answered(struct tevent_req *subreq);

struct tevent_req *host_lookup_send(TALLOC_CTX *mem_ctx,
				    struct tevent_context *ev,
				    const char *name)
{
	struct tevent_req *req = NULL;
	struct host_lookup_state *state = NULL;
	int err;

	req = tevent_req_create(mem_ctx, &state, struct host_lookup_state);
	if (req == NULL) {
		return NULL;
	}
	err = child_start(&state->child,
			  spawn_getent,
			  discard_const_p(char, name));
	tevent_req_set_cleanup_fn(req, host_lookup_cleanup);
	if (err != 0) {
		DBG_ERR("cannot run " GETENT " to look up a name: %s\n",
			strerror(err));
		tevent_req_nterror(req, map_nt_error_from_unix_common(err));
		return tevent_req_post(req, ev);
	}
	state->output = child_output_send(state, ev, &state->child, ANSWER_LEN);
	if (tevent_req_nomem(state->output, req)) {
		return tevent_req_post(req, ev);
	}
	tevent_req_set_callback(state->output, host_lookup_answered, req);
	return req;
}

static void host_lookup_answered(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	struct host_lookup_state *state =
		tevent_req_data(req, struct host_lookup_state);
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

NTSTATUS host_lookup_recv(struct tevent_req *req,
			  struct client_addresses *addresses)
{
	const struct host_lookup_state *state =
		tevent_req_data(req, struct host_lookup_state);
	NTSTATUS status;

	if (tevent_req_is_nterror(req, &status)) {
		return status;
	}
	host_lookup_parse((const char *)state->answer.data, addresses);
	return NT_STATUS_OK;
}
