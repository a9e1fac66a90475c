/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens \PIPE\srvsvc and makes NetrSessionDel calls. */

#include "samba_client.h"

#include "auth/credentials/credentials.h"
#include "librpc/gen_ndr/ndr_srvsvc_c.h"
#include "source4/librpc/rpc/dcerpc.h"

#include "call.h"

static NTSTATUS bind_pipe(struct bed *bed,
			  struct dcerpc_pipe *pipe,
			  struct cli_credentials *who,
			  enum call_level level)
{
	uint8_t auth_level = DCERPC_AUTH_LEVEL_INTEGRITY;

	if (level == CALL_LEVEL_NONE) {
		return dcerpc_bind_auth_none(pipe, &ndr_table_srvsvc);
	}
	if (level == CALL_LEVEL_SEAL) {
		auth_level = DCERPC_AUTH_LEVEL_PRIVACY;
	}
	return dcerpc_bind_auth(pipe,
				&ndr_table_srvsvc,
				who,
				lpcfg_gensec_settings(bed, bed->tctx->lp_ctx),
				DCERPC_AUTH_TYPE_SPNEGO,
				auth_level,
				NULL);
}

struct dcerpc_pipe *call_pipe(struct bed *bed,
			      struct smb2_tree *tree,
			      struct cli_credentials *who,
			      enum call_level level)
{
	struct dcerpc_pipe *pipe = NULL;
	NTSTATUS status;

	if (tree == NULL || who == NULL) {
		return NULL;
	}
	pipe = dcerpc_pipe_init(bed, bed->tctx->ev);
	if (pipe == NULL) {
		return NULL;
	}
	status = dcerpc_pipe_open_smb2(pipe, tree, "srvsvc");
	if (NT_STATUS_IS_OK(status)) {
		status = bind_pipe(bed, pipe, who, level);
	}
	if (!NT_STATUS_IS_OK(status)) {
		(void)FAIL(bed,
			   "%s cannot bind srvsvc: %s",
			   cli_credentials_get_username(who),
			   nt_errstr(status));
		talloc_free(pipe);
		return NULL;
	}
	return pipe;
}

struct dcerpc_pipe *call_pipe_of(struct bed *bed, struct cli_credentials *who)
{
	const struct login how = {.share = "IPC$"};

	return call_pipe(bed, bed_log_in(bed, who, &how), who, CALL_LEVEL_NONE);
}

struct dcerpc_pipe *call_own_pipe(struct bed *bed)
{
	if (bed->pipe == NULL) {
		bed->pipe = call_pipe_of(bed, bed->caller);
	}
	return bed->pipe;
}

struct tevent_req *call_send(struct bed *bed,
			     struct dcerpc_pipe *pipe,
			     const char *client,
			     const char *user)
{
	if (pipe == NULL) {
		return NULL;
	}
	return dcerpc_srvsvc_NetSessDel_send(pipe,
					     bed->tctx->ev,
					     pipe->binding_handle,
					     NULL,
					     client,
					     user);
}

bool call_recv(struct bed *bed, struct tevent_req *req, uint32_t *answer)
{
	WERROR result;
	NTSTATUS status;

	if (req == NULL) {
		return false;
	}
	if (!tevent_req_poll(req, bed->tctx->ev)) {
		talloc_free(req);
		return FAIL(bed, "the event loop fails");
	}
	status = dcerpc_srvsvc_NetSessDel_recv(req, bed, &result);
	talloc_free(req);
	if (!NT_STATUS_IS_OK(status)) {
		return FAIL(bed, "the call fails: %s", nt_errstr(status));
	}
	*answer = W_ERROR_V(result);
	return true;
}

/* A name for a result, cut where it is long. */
static const char *name_to_show(TALLOC_CTX *mem_ctx, const char *name)
{
	if (name == NULL) {
		return "NULL";
	}
	return talloc_asprintf(mem_ctx, "\"%.64s\"", name);
}

bool pipe_gets(struct bed *bed,
	       struct dcerpc_pipe *pipe,
	       const char *client,
	       const char *user,
	       uint32_t expected)
{
	uint32_t answer = 0;

	if (!call_recv(bed, call_send(bed, pipe, client, user), &answer)) {
		return false;
	}
	return answer == expected || FAIL(bed,
					  "NetrSessionDel(%s, %s) gives %u, "
					  "not %u",
					  name_to_show(bed, client),
					  name_to_show(bed, user),
					  answer,
					  expected);
}

bool caller_gets(struct bed *bed,
		 const char *client,
		 const char *user,
		 uint32_t expected)
{
	return pipe_gets(bed, call_own_pipe(bed), client, user, expected);
}

uint32_t expected_answer(struct bed *bed, const char *name, enum answer ours)
{
	return torture_setting_ulong(bed->tctx, name, ours);
}
