/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logs a test's accounts in and off, and checks whether sessions are alive. */

#include "samba_client.h"

#include <arpa/inet.h>

#include "auth/credentials/credentials.h"
#include "lib/util/dlinklist.h"
#include "libcli/smb/smb2_constants.h"
#include "libcli/smb/smbXcli_base.h"
#include "source4/libcli/raw/interfaces.h"

#include "bed.h"
#include "connect.h"

/* smbd ends a caller's own session at most a second after the answer. */
#define END_SECONDS 15
#define POLL_MSEC 20

/* Enough for all requests that a test makes at a time. */
#define MAX_CREDITS 512

struct logged_in {
	struct logged_in *prev, *next;
	struct smb2_tree *tree;
};

struct bed *bed_new(struct torture_context *tctx)
{
	struct bed *bed = talloc_zero(tctx, struct bed);

	if (bed == NULL) {
		return NULL;
	}
	bed->tctx = tctx;
	bed->host = torture_setting_string(tctx, "host", NULL);
	bed->share = torture_setting_string(tctx, "share", NULL);
	bed->caller = samba_cmdline_get_creds();
	return bed;
}

void bed_free(struct bed *bed)
{
	struct logged_in *session = NULL;

	if (bed == NULL) {
		return;
	}
	/* Otherwise the next test's calls could match these. */
	for (session = bed->sessions; session != NULL;
	     session = session->next) {
		(void)smb2_logoff(session->tree->session);
	}
	talloc_free(bed);
}

const char *bed_option(struct bed *bed, const char *name)
{
	const char *value = torture_setting_string(bed->tctx, name, NULL);

	if (value == NULL) {
		(void)SKIP(bed, "needs --option=torture:%s=", name);
	}
	return value;
}

struct cli_credentials *bed_account(struct bed *bed, const char *name)
{
	const char *account = bed_option(bed, name);
	struct cli_credentials *who = NULL;

	if (account == NULL) {
		return NULL;
	}
	who = cli_credentials_shallow_copy(bed, bed->caller);
	if (who != NULL) {
		cli_credentials_parse_string(who, account, CRED_SPECIFIED);
	}
	return who;
}

/* The sessions of a connection share it, so it belongs to none of them. */
static struct smb2_tree *keep_session(struct bed *bed, struct smb2_tree *tree)
{
	struct logged_in *session = talloc_zero(bed, struct logged_in);

	if (session == NULL) {
		talloc_free(tree);
		return NULL;
	}
	talloc_steal(bed, tree->session->transport);
	session->tree = tree;
	DLIST_ADD(bed->sessions, session);
	return tree;
}

static struct smbcli_options options_of(struct bed *bed,
					const struct login *how)
{
	struct smbcli_options options;

	lpcfg_smbcli_options(bed->tctx->lp_ctx, &options);
	options.max_credits = MAX_CREDITS;
	options.only_negprot = how->only_connect;
	if (how->protocol != 0) {
		options.min_protocol = how->protocol;
		options.max_protocol = how->protocol;
	}
	if (how->sign) {
		options.signing = SMB_SIGNING_REQUIRED;
	}
	if (how->client != NULL) {
		options.client_guid = *how->client;
	}
	return options;
}

static struct cli_credentials *with_encryption(struct bed *bed,
					       struct cli_credentials *who)
{
	struct cli_credentials *copy = cli_credentials_shallow_copy(bed, who);

	if (copy != NULL) {
		cli_credentials_set_smb_encryption(copy,
						   SMB_ENCRYPTION_REQUIRED,
						   CRED_SPECIFIED);
	}
	return copy;
}

struct smb2_tree *bed_log_in(struct bed *bed,
			     struct cli_credentials *who,
			     const struct login *how)
{
	static const struct login defaults;
	struct destination to = {
		.tctx = bed->tctx,
		.host = bed->host,
		.port = "445",
		.share = bed->share,
	};
	struct smb2_tree *tree = NULL;
	struct smbcli_options options;
	NTSTATUS status;

	if (who == NULL) {
		return NULL;
	}
	if (how == NULL) {
		how = &defaults;
	}
	if (how->host != NULL) {
		to.host = how->host;
	}
	if (how->share != NULL) {
		to.share = how->share;
	}
	if (how->port != NULL) {
		to.port = how->port;
	}
	if (how->encrypt) {
		who = with_encryption(bed, who);
	}
	options = options_of(bed, how);
	status = connect_smb2(bed, &to, who, &options, &tree);
	if (!NT_STATUS_IS_OK(status)) {
		(void)FAIL(bed,
			   "%s cannot log in to \\\\%s\\%s: %s",
			   cli_credentials_get_username(who),
			   to.host,
			   to.share,
			   nt_errstr(status));
		return NULL;
	}
	return keep_session(bed, tree);
}

bool bed_victim(struct bed *bed, const struct login *how, struct victim *victim)
{
	victim->who = bed_account(bed, "victim");
	victim->tree = bed_log_in(bed, victim->who, how);
	if (victim->tree == NULL) {
		return false;
	}
	victim->client = bed_client(bed, victim->tree);
	victim->user = cli_credentials_get_username(victim->who);
	return victim->client != NULL;
}

static NTSTATUS connect_tree(struct bed *bed, struct smb2_tree *tree)
{
	struct smb2_transport *transport = tree->session->transport;
	const char *unc =
		talloc_asprintf(tree, "\\\\%s\\%s", bed->host, bed->share);

	if (unc == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	return smb2cli_tcon(transport->conn,
			    transport->options.request_timeout * 1000,
			    tree->session->smbXcli,
			    tree->smbXcli,
			    0,
			    unc);
}

struct smb2_tree *bed_log_in_beside(struct bed *bed,
				    struct smb2_tree *tree,
				    struct cli_credentials *who)
{
	struct smb2_session *session = NULL;
	struct smb2_tree *second = NULL;
	NTSTATUS status;

	if (tree == NULL || who == NULL) {
		return NULL;
	}
	session = connect_session(bed, bed->tctx, tree->session->transport);
	if (session == NULL) {
		return NULL;
	}
	talloc_steal(bed, session->transport);
	status = smb2_session_setup_spnego(session, who, 0);
	second = smb2_tree_init(session, bed, true);
	if (NT_STATUS_IS_OK(status) && second != NULL) {
		status = connect_tree(bed, second);
	}
	if (!NT_STATUS_IS_OK(status) || second == NULL) {
		(void)FAIL(bed,
			   "%s cannot log in on the same connection: %s",
			   cli_credentials_get_username(who),
			   nt_errstr(status));
		return NULL;
	}
	return keep_session(bed, second);
}

bool bed_add_channel(struct bed *bed,
		     struct smb2_tree *tree,
		     struct smb2_tree *other,
		     struct cli_credentials *who)
{
	struct smb2_session *channel = NULL;
	NTSTATUS status;

	if (tree == NULL || other == NULL) {
		return false;
	}
	channel = smb2_session_channel(other->session->transport,
				       lpcfg_gensec_settings(bed,
							     bed->tctx->lp_ctx),
				       bed,
				       tree->session);
	if (channel == NULL) {
		return FAIL(bed, "out of memory");
	}
	status = smb2_session_setup_spnego(channel, who, 0);
	if (!NT_STATUS_IS_OK(status)) {
		return SKIP(bed, "no second channel: %s", nt_errstr(status));
	}
	return true;
}

const char *bed_client(struct bed *bed, struct smb2_tree *tree)
{
	const struct sockaddr_storage *own =
		smbXcli_conn_local_sockaddr(tree->session->transport->conn);
	const void *address = &((const struct sockaddr_in *)own)->sin_addr;
	char text[INET6_ADDRSTRLEN];

	if (own->ss_family == AF_INET6) {
		address = &((const struct sockaddr_in6 *)own)->sin6_addr;
	}
	if (inet_ntop(own->ss_family, address, text, sizeof(text)) == NULL) {
		(void)FAIL(bed, "the connection has no address");
		return NULL;
	}
	return talloc_asprintf(bed, "\\\\%s", text);
}

NTSTATUS bed_touch(struct smb2_tree *tree)
{
	struct smb2_create io = {
		.in = {.desired_access = SEC_FILE_READ_ATTRIBUTE,
		       .share_access = NTCREATEX_SHARE_ACCESS_MASK,
		       .create_disposition = NTCREATEX_DISP_OPEN,
		       .create_options = NTCREATEX_OPTIONS_DIRECTORY,
		       .fname = ""},
	};
	TALLOC_CTX *frame = talloc_new(NULL);
	NTSTATUS status = smb2_create(tree, frame, &io);

	talloc_free(frame);
	if (NT_STATUS_IS_OK(status)) {
		status = smb2_util_close(tree, io.out.file.handle);
	}
	return status;
}

bool is_alive(struct bed *bed, struct smb2_tree *tree)
{
	NTSTATUS status = bed_touch(tree);

	return NT_STATUS_IS_OK(status) ||
	       FAIL(bed,
		    "a session that does not match gets %s",
		    nt_errstr(status));
}

bool is_deleted(struct bed *bed, struct smb2_tree *tree)
{
	NTSTATUS status = bed_touch(tree);

	return NT_STATUS_EQUAL(status, NT_STATUS_USER_SESSION_DELETED) ||
	       FAIL(bed,
		    "the session gets %s, not NT_STATUS_USER_SESSION_DELETED",
		    nt_errstr(status));
}

static void set_awake(struct tevent_context *ev,
		      struct tevent_timer *timer,
		      struct timeval now,
		      void *private_data)
{
	bool *awake = private_data;

	(void)ev;
	(void)timer;
	(void)now;
	*awake = true;
}

void bed_wait(struct bed *bed, unsigned int msec)
{
	bool awake = false;

	if (tevent_add_timer(bed->tctx->ev,
			     bed,
			     tevent_timeval_current_ofs(0, msec * 1000),
			     set_awake,
			     &awake) == NULL) {
		return;
	}
	while (!awake && tevent_loop_once(bed->tctx->ev) == 0) {
	}
}

bool ends_soon(struct bed *bed, struct smb2_tree *tree)
{
	unsigned int waited = 0;
	NTSTATUS status = bed_touch(tree);

	while (!NT_STATUS_EQUAL(status, NT_STATUS_USER_SESSION_DELETED)) {
		if (waited >= END_SECONDS * 1000) {
			return FAIL(bed,
				    "the session does not end, it gets %s",
				    nt_errstr(status));
		}
		bed_wait(bed, POLL_MSEC);
		waited += POLL_MSEC;
		status = bed_touch(tree);
	}
	return true;
}
