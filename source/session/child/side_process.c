/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work in a child process, because on a cluster it may block for long. */

#include "side_process.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/messaging/messages_dgm.h"
#include "lib/util/debug.h"
#include "lib/util/sys_rw_data.h"
#include "lib/util/tevent_ntstatus.h"
#include "libcli/util/error.h"
#include "source3/include/messages.h"

#include "source/common/samba_cluster.h"

#include "child_output.h"

/* Milliseconds to wait for the death of a killed process. */
#define DEATH_MAX 100

struct side_process_state {
	struct messaging_context *msg_ctx;
	pid_t worker;
	void (*work)(int output, void *private_data);
	void *private_data;
	struct child child;
	struct tevent_req *output;
	DATA_BLOB told;
};

bool side_process_needed(void)
{
	return lp_clustering();
}

bool side_process_tell(int output, const void *data, size_t len)
{
	return write_data(output, data, len) == (ssize_t)len;
}

/* The child dies with the worker, and on the usual signals. */
static void prepare_signals(pid_t worker)
{
	sigset_t none;

	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGHUP, SIG_DFL);
	sigemptyset(&none);
	(void)pthread_sigmask(SIG_SETMASK, &none, NULL);

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != worker) {
		_exit(1);
	}
}

/* The child cannot share the worker's connections to CTDB. */
static void run_work(const struct side_process_state *state, int output)
{
	struct messaging_context *msg_ctx = state->msg_ctx;
	NTSTATUS status;

	prepare_signals(state->worker);
	status = reinit_after_fork(msg_ctx,
				   messaging_tevent_context(msg_ctx),
				   true,
				   "sessiondel");
	if (NT_STATUS_IS_OK(status)) {
		state->work(output, state->private_data);
	}
	/* removes the child's messaging socket */
	talloc_free(msg_ctx);
	_exit(0);
}

static int fork_and_run(int output, void *private_data, pid_t *pid)
{
	const struct side_process_state *state = private_data;

	*pid = fork();
	if (*pid == -1) {
		return errno;
	}
	if (*pid == 0) {
		run_work(state, output);
	}
	return 0;
}

/* A killed child cannot remove its messaging socket itself. */
static void clean_up_after(const struct child *child)
{
	struct pollfd death = {.fd = child->process, .events = POLLIN};

	child_kill(child);
	(void)poll(&death, 1, DEATH_MAX);
	(void)messaging_dgm_cleanup(child->pid);
}

static void side_process_cleanup(struct tevent_req *req,
				 enum tevent_req_state req_state)
{
	struct side_process_state *state =
		tevent_req_data(req, struct side_process_state);

	TALLOC_FREE(state->output);
	if (state->child.process != -1 && req_state != TEVENT_REQ_DONE) {
		clean_up_after(&state->child);
	}
	child_end(&state->child);
}

static void side_process_ended(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	struct side_process_state *state =
		tevent_req_data(req, struct side_process_state);
	NTSTATUS status = child_output_recv(subreq, state, &state->told);

	if (!tevent_req_nterror(req, status)) {
		tevent_req_done(req);
	}
}

struct tevent_req *side_process_send(TALLOC_CTX *mem_ctx,
				     struct tevent_context *ev,
				     struct messaging_context *msg_ctx,
				     struct timeval limit,
				     void (*work)(int output,
						  void *private_data),
				     void *private_data)
{
	struct tevent_req *req = NULL;
	struct side_process_state *state = NULL;
	struct timeval end =
		tevent_timeval_current_ofs(limit.tv_sec, limit.tv_usec);
	int err;

	req = tevent_req_create(mem_ctx, &state, struct side_process_state);
	if (req == NULL) {
		return NULL;
	}
	state->msg_ctx = msg_ctx;
	state->worker = getpid();
	state->work = work;
	state->private_data = private_data;

	err = child_start(&state->child, fork_and_run, state);
	tevent_req_set_cleanup_fn(req, side_process_cleanup);
	if (err != 0) {
		DBG_ERR("cannot start a child process: %s\n", strerror(err));
		tevent_req_nterror(req, map_nt_error_from_unix_common(err));
		return tevent_req_post(req, ev);
	}
	state->output = child_output_send(state, ev, &state->child, SIZE_MAX);
	if (tevent_req_nomem(state->output, req)) {
		return tevent_req_post(req, ev);
	}
	if (!tevent_req_set_endtime(state->output, ev, end)) {
		tevent_req_oom(req);
		return tevent_req_post(req, ev);
	}
	tevent_req_set_callback(state->output, side_process_ended, req);
	return req;
}

NTSTATUS side_process_recv(struct tevent_req *req,
			   TALLOC_CTX *mem_ctx,
			   DATA_BLOB *told)
{
	struct side_process_state *state =
		tevent_req_data(req, struct side_process_state);
	NTSTATUS status = NT_STATUS_OK;

	(void)tevent_req_is_nterror(req, &status);
	*told = state->told;
	(void)talloc_steal(mem_ctx, told->data);
	return status;
}
