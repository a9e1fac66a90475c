/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a call is answered, and with what. */

#include "samba_client.h"

#include "auth/credentials/credentials.h"
#include "libcli/smb/smb2_constants.h"
#include "librpc/gen_ndr/ndr_srvsvc.h"
#include "librpc/gen_ndr/ndr_srvsvc_c.h"
#include "source4/libcli/raw/interfaces.h"
#include "source4/librpc/rpc/dcerpc.h"

#include "call.h"
#include "rule.h"

static bool nobody_matches(struct bed *bed)
{
	return caller_gets(bed,
			   "\\\\no-such-client.invalid",
			   "no-such-user",
			   ANSWER_NOT_FOUND);
}

static bool the_second_call_finds_nobody(struct bed *bed)
{
	struct victim victim;

	return bed_victim(bed, NULL, &victim) &&
	       caller_gets(bed, NULL, victim.user, ANSWER_SUCCESS) &&
	       caller_gets(bed, NULL, victim.user, ANSWER_NOT_FOUND) &&
	       is_deleted(bed, victim.tree);
}

/* One session after another: none is there when the answer is. */
static bool the_session_is_gone_at_once(struct bed *bed)
{
	struct victim victim;
	size_t i;

	for (i = 0; i < 20; i++) {
		if (!bed_victim(bed, NULL, &victim) ||
		    !caller_gets(bed, NULL, victim.user, ANSWER_SUCCESS) ||
		    !is_deleted(bed, victim.tree) ||
		    !caller_gets(bed, NULL, victim.user, ANSWER_NOT_FOUND)) {
			return false;
		}
	}
	return true;
}

/* A session of an account that may call, with a pipe in it. */
struct colleague {
	struct cli_credentials *who;
	const char *user;
	struct smb2_tree *tree;
	struct dcerpc_pipe *pipe;
};

static bool log_colleague_in(struct bed *bed,
			     const char *account,
			     enum call_level level,
			     struct colleague *colleague)
{
	const struct login how = {.share = "IPC$"};

	colleague->who = bed_account(bed, account);
	colleague->tree = bed_log_in(bed, colleague->who, &how);
	colleague->pipe =
		call_pipe(bed, colleague->tree, colleague->who, level);
	if (colleague->pipe == NULL) {
		return false;
	}
	colleague->user = cli_credentials_get_username(colleague->who);
	return true;
}

static bool own_session_is_last(struct bed *bed, enum call_level level)
{
	struct smb2_tree *beside = NULL;
	struct colleague own;

	if (!log_colleague_in(bed, "operator", level, &own)) {
		return false;
	}
	beside =
		bed_log_in_beside(bed, own.tree, bed_account(bed, "bystander"));
	return beside != NULL &&
	       pipe_gets(bed, own.pipe, NULL, own.user, ANSWER_SUCCESS) &&
	       ends_soon(bed, own.tree) && is_alive(bed, beside);
}

static bool own_session_is_last_unsigned(struct bed *bed)
{
	return own_session_is_last(bed, CALL_LEVEL_NONE);
}

static bool own_session_is_last_signed(struct bed *bed)
{
	return own_session_is_last(bed, CALL_LEVEL_SIGN);
}

static bool own_session_is_last_sealed(struct bed *bed)
{
	return own_session_is_last(bed, CALL_LEVEL_SEAL);
}

/* Also those on the same connection. */
static bool own_other_sessions_are_gone(struct bed *bed)
{
	struct smb2_tree *far =
		bed_log_in(bed, bed_account(bed, "operator"), NULL);
	struct smb2_tree *near = NULL;
	struct colleague own;

	if (far == NULL ||
	    !log_colleague_in(bed, "operator", CALL_LEVEL_NONE, &own)) {
		return false;
	}
	near = bed_log_in_beside(bed, own.tree, own.who);
	return near != NULL &&
	       pipe_gets(bed, own.pipe, NULL, own.user, ANSWER_SUCCESS) &&
	       is_deleted(bed, far) && is_deleted(bed, near) &&
	       ends_soon(bed, own.tree);
}

/*
 * Log the victim in and let it wait for the answer to a call of which only the
 * first byte is sent: its session cannot end before that request.
 */
static bool log_busy_victim_in(struct bed *bed, struct victim *victim)
{
	const struct login how = {.share = "IPC$"};
	struct smb2_create pipe = {
		.in = {.desired_access =
			       SEC_FILE_READ_DATA | SEC_FILE_WRITE_DATA,
		       .share_access = NTCREATEX_SHARE_ACCESS_MASK,
		       .create_disposition = NTCREATEX_DISP_OPEN,
		       .impersonation_level = SMB2_IMPERSONATION_IMPERSONATION,
		       .fname = "srvsvc"},
	};
	uint8_t first = 5;
	struct smb2_ioctl call = {
		.in = {.function = FSCTL_PIPE_TRANSCEIVE,
		       .max_output_response = 1024,
		       .flags = SMB2_IOCTL_FLAG_IS_FSCTL,
		       .out = {.data = &first, .length = sizeof(first)}},
	};
	NTSTATUS status;

	/* alone on its connection, it would be ended with it */
	if (!bed_victim(bed, &how, victim) ||
	    bed_log_in_beside(bed,
			      victim->tree,
			      bed_account(bed, "bystander")) == NULL) {
		return false;
	}
	status = smb2_create(victim->tree, bed, &pipe);
	if (!NT_STATUS_IS_OK(status)) {
		return FAIL(bed, "no srvsvc pipe: %s", nt_errstr(status));
	}
	call.in.file = pipe.out.file;
	return smb2_ioctl_send(victim->tree, &call) != NULL;
}

/* The answer comes after the server has read what was sent before. */
static bool serves_other_calls(struct bed *bed)
{
	struct dcerpc_pipe *pipe = call_own_pipe(bed);
	union srvsvc_NetSrvInfo info;
	WERROR result;
	NTSTATUS status;

	if (pipe == NULL) {
		return false;
	}
	status = dcerpc_srvsvc_NetSrvGetInfo(pipe->binding_handle,
					     bed,
					     NULL,
					     100,
					     &info,
					     &result);
	return (NT_STATUS_IS_OK(status) && W_ERROR_IS_OK(result)) ||
	       FAIL(bed, "NetrServerGetInfo fails: %s", nt_errstr(status));
}

/* Send a call that waits, and see that other calls are answered meanwhile. */
static struct tevent_req *send_waiting_call(struct bed *bed,
					    struct dcerpc_pipe *pipe,
					    const struct victim *victim)
{
	struct tevent_req *req = call_send(bed, pipe, NULL, victim->user);

	/* The server reads its pipes in turn: after two rounds it has all. */
	if (req == NULL || !serves_other_calls(bed) ||
	    !serves_other_calls(bed)) {
		return NULL;
	}
	if (!tevent_req_is_in_progress(req)) {
		(void)SKIP(bed, "this server does not keep callers waiting");
		return NULL;
	}
	return req;
}

static bool times_out(struct bed *bed, struct tevent_req *req)
{
	uint32_t expected = expected_answer(bed, "still_there", ANSWER_TIMEOUT);
	uint32_t answer = 0;

	return call_recv(bed, req, &answer) &&
	       (answer == expected || FAIL(bed,
					   "for a session that is still there "
					   "the answer is %u, not %u",
					   answer,
					   expected));
}

static bool session_is_still_there(struct bed *bed)
{
	struct dcerpc_pipe *pipe = call_pipe_of(bed, bed->caller);
	struct victim victim;

	return pipe != NULL && log_busy_victim_in(bed, &victim) &&
	       times_out(bed, send_waiting_call(bed, pipe, &victim));
}

static struct dcerpc_pipe **open_pipes(struct bed *bed, size_t num)
{
	const struct login how = {.share = "IPC$"};
	struct smb2_tree *tree = bed_log_in(bed, bed->caller, &how);
	struct dcerpc_pipe **pipes =
		talloc_zero_array(bed, struct dcerpc_pipe *, num);
	size_t i;

	if (tree == NULL || pipes == NULL) {
		return NULL;
	}
	for (i = 0; i < num; i++) {
		pipes[i] = call_pipe(bed, tree, bed->caller, CALL_LEVEL_NONE);
		if (pipes[i] == NULL) {
			return NULL;
		}
	}
	return pipes;
}

static bool one_call_too_many_is_refused(struct bed *bed)
{
	size_t max = torture_setting_int(bed->tctx, "max_waiting", 64);
	struct tevent_req **reqs =
		talloc_zero_array(bed, struct tevent_req *, max);
	struct dcerpc_pipe **pipes = open_pipes(bed, max);
	struct victim victim;
	size_t i;

	if (reqs == NULL || pipes == NULL ||
	    !log_busy_victim_in(bed, &victim)) {
		return false;
	}
	for (i = 0; i < max - 1; i++) {
		reqs[i] = call_send(bed, pipes[i], NULL, victim.user);
	}
	reqs[i] = send_waiting_call(bed, pipes[i], &victim);
	if (reqs[i] == NULL ||
	    !caller_gets(bed, NULL, victim.user, ANSWER_BUSY)) {
		return false;
	}
	for (i = 0; i < max; i++) {
		if (!times_out(bed, reqs[i])) {
			return false;
		}
	}
	return true;
}

#define SRVS "([MS-SRVS] 3.1.4.6)"
#define OURS "(the server's choice)"

const struct rule answer_rules[] = {
	RULE(nobody_matches,
	     "A client without sessions is NERR_ClientNameNotFound " SRVS),
	RULE(the_second_call_finds_nobody,
	     "A client without sessions is NERR_ClientNameNotFound " SRVS),
	RULE(the_session_is_gone_at_once,
	     "The answer is success only after the session has ended " SRVS),
	RULE(own_session_is_last_unsigned,
	     "A caller that ends its own session gets its answer " OURS),
	RULE(own_session_is_last_signed,
	     "A caller that ends its own session gets its answer " OURS),
	RULE(own_session_is_last_sealed,
	     "A caller that ends its own session gets its answer " OURS),
	RULE(own_other_sessions_are_gone,
	     "The answer is success only after the session has ended " SRVS),
	RULE(session_is_still_there,
	     "Other calls are served while one waits, and the wait ends " OURS
	     " (torture:still_there)"),
	RULE(one_call_too_many_is_refused,
	     "Only so many calls may wait; the next gets ERROR_BUSY " OURS
	     " (torture:max_waiting)"),
	{.name = NULL},
};
