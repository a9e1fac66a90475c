/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may end sessions. */

#include "samba_client.h"

#include "auth/credentials/credentials.h"
#include "librpc/gen_ndr/ndr_srvsvc.h"
#include "source4/librpc/rpc/dcerpc.h"

#include "call.h"
#include "rule.h"

#define NOBODY "no-such-user"

static bool may_end_a_session(struct bed *bed, struct dcerpc_pipe *pipe)
{
	struct victim victim;

	return bed_victim(bed, NULL, &victim) && is_alive(bed, victim.tree) &&
	       pipe_gets(bed, pipe, victim.client, NOBODY, ANSWER_NOT_FOUND) &&
	       pipe_gets(bed,
			 pipe,
			 victim.client,
			 victim.user,
			 ANSWER_SUCCESS) &&
	       is_deleted(bed, victim.tree);
}

static bool administrator(struct bed *bed)
{
	return may_end_a_session(
		bed,
		call_pipe_of(bed, bed_account(bed, "administrator")));
}

static bool server_operator(struct bed *bed)
{
	return may_end_a_session(bed,
				 call_pipe_of(bed,
					      bed_account(bed, "operator")));
}

static bool is_refused(struct bed *bed, struct dcerpc_pipe *pipe)
{
	struct victim victim;
	const uint32_t denied = ANSWER_ACCESS_DENIED;

	return bed_victim(bed, NULL, &victim) &&
	       pipe_gets(bed, pipe, victim.client, victim.user, denied) &&
	       is_alive(bed, victim.tree);
}

static bool other_user(struct bed *bed)
{
	return is_refused(bed, call_pipe_of(bed, bed_account(bed, "refused")));
}

/* SMB 3.1.1 needs signing, which a session without a key cannot do. */
static bool anonymous(struct bed *bed)
{
	const struct login how = {.share = "IPC$",
				  .protocol = PROTOCOL_SMB2_10};
	struct cli_credentials *nobody = cli_credentials_init_anon(bed);
	struct smb2_tree *tree = bed_log_in(bed, nobody, &how);

	if (tree == NULL) {
		return SKIP(bed, "the server refuses anonymous log-ins");
	}
	return is_refused(bed, call_pipe(bed, tree, nobody, CALL_LEVEL_NONE));
}

static bool refused_whatever_is_asked(struct bed *bed)
{
	struct cli_credentials *refused = bed_account(bed, "refused");
	struct dcerpc_pipe *pipe = call_pipe_of(bed, refused);
	char *long_name = talloc_zero_size(bed, 5001);
	size_t i;

	if (pipe == NULL || long_name == NULL) {
		return false;
	}
	memset(long_name, 'x', 5000);

	const struct {
		const char *client;
		const char *user;
	} asked[] = {
		{NULL, NULL},
		{"", ""},
		{"\\\\no-such-client.invalid", NOBODY},
		{"\\\\", NOBODY},
		{"\\\\a\\b", NULL},
		{"no-backslashes", NULL},
		{"a\nb", "a\nb"},
		{long_name, NULL},
		{NULL, long_name},
	};
	for (i = 0; i < ARRAY_SIZE(asked); i++) {
		if (!pipe_gets(bed,
			       pipe,
			       asked[i].client,
			       asked[i].user,
			       ANSWER_ACCESS_DENIED)) {
			return false;
		}
	}
	return is_refused(bed, pipe);
}

static struct dcerpc_pipe *pipe_of_two_accounts(struct bed *bed,
						const char *carrier,
						const char *inside)
{
	const struct login how = {.share = "IPC$"};
	struct cli_credentials *outer = bed_account(bed, carrier);
	struct cli_credentials *inner = bed_account(bed, inside);

	return call_pipe(bed,
			 bed_log_in(bed, outer, &how),
			 inner,
			 CALL_LEVEL_SIGN);
}

static bool allowed_inside_rpc(struct bed *bed)
{
	return may_end_a_session(bed,
				 pipe_of_two_accounts(bed,
						      "refused",
						      "operator"));
}

static bool refused_inside_rpc(struct bed *bed)
{
	return is_refused(bed,
			  pipe_of_two_accounts(bed, "operator", "refused"));
}

static bool may_end_at_level(struct bed *bed, enum call_level level)
{
	const struct login how = {.share = "IPC$"};

	return may_end_a_session(bed,
				 call_pipe(bed,
					   bed_log_in(bed, bed->caller, &how),
					   bed->caller,
					   level));
}

static bool signed_inside_rpc(struct bed *bed)
{
	return may_end_at_level(bed, CALL_LEVEL_SIGN);
}

static bool sealed_inside_rpc(struct bed *bed)
{
	return may_end_at_level(bed, CALL_LEVEL_SEAL);
}

static struct dcerpc_pipe *open_tcp_pipe(struct bed *bed,
					 struct cli_credentials *who)
{
	const char *binding =
		talloc_asprintf(bed, "ncacn_ip_tcp:%s[sign]", bed->host);
	struct dcerpc_pipe *pipe = NULL;
	NTSTATUS status;

	if (binding == NULL || who == NULL) {
		return NULL;
	}
	status = dcerpc_pipe_connect(bed,
				     &pipe,
				     binding,
				     &ndr_table_srvsvc,
				     who,
				     bed->tctx->ev,
				     bed->tctx->lp_ctx);
	if (!NT_STATUS_IS_OK(status)) {
		(void)SKIP(bed, "no srvsvc over TCP: %s", nt_errstr(status));
		return NULL;
	}
	return pipe;
}

static bool allowed_over_tcp(struct bed *bed)
{
	struct dcerpc_pipe *pipe = open_tcp_pipe(bed, bed->caller);

	return pipe != NULL && may_end_a_session(bed, pipe);
}

static bool refused_over_tcp(struct bed *bed)
{
	struct dcerpc_pipe *pipe =
		open_tcp_pipe(bed, bed_account(bed, "refused"));

	return pipe != NULL && is_refused(bed, pipe);
}

#define WHO_MAY "Only Administrators and Server Operators may call (lmshare.h)"
#define WHO_IS "The account authenticated inside RPC is the caller ([MS-RPCE])"

const struct rule rights_rules[] = {
	RULE(administrator, WHO_MAY),
	RULE(server_operator, WHO_MAY),
	RULE(other_user, WHO_MAY),
	RULE(anonymous, WHO_MAY),
	RULE(refused_whatever_is_asked,
	     "The caller's rights are checked first ([MS-SRVS] 3.1.4.6)"),
	RULE(allowed_inside_rpc, WHO_IS),
	RULE(refused_inside_rpc, WHO_IS),
	RULE(signed_inside_rpc, WHO_IS),
	RULE(sealed_inside_rpc, WHO_IS),
	RULE(allowed_over_tcp, WHO_MAY),
	RULE(refused_over_tcp, WHO_MAY),
	{.name = NULL},
};
