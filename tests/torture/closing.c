/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What ends with a session, and what stays. */

#include "samba_client.h"

#include "auth/credentials/credentials.h"
#include "libcli/smb/smb2_constants.h"
#include "libcli/smb/smbXcli_base.h"
#include "source4/libcli/libcli.h"
#include "source4/libcli/raw/interfaces.h"
#include "source4/librpc/rpc/dcerpc.h"

#include "call.h"
#include "connect.h"
#include "rule.h"

#define SHARE_NONE 0
#define SHARE_ALL NTCREATEX_SHARE_ACCESS_MASK

#define DURABLE_MSEC 60000

/* Open a file for reading and writing; create it if needed. */
static struct smb2_create opening(const char *path, uint32_t sharing)
{
	return (struct smb2_create){
		.in = {.desired_access = SEC_FILE_READ_DATA |
					 SEC_FILE_WRITE_DATA | SEC_STD_DELETE,
		       .share_access = sharing,
		       .create_disposition = NTCREATEX_DISP_OPEN_IF,
		       .impersonation_level = SMB2_IMPERSONATION_IMPERSONATION,
		       .fname = path},
	};
}

/* The same, and delete it on close. */
static struct smb2_create borrowing(const char *path, uint32_t sharing)
{
	struct smb2_create io = opening(path, sharing);

	io.in.create_options = NTCREATEX_OPTIONS_DELETE_ON_CLOSE;
	return io;
}

static bool status_is(struct bed *bed,
		      const char *what,
		      NTSTATUS status,
		      NTSTATUS expected)
{
	return NT_STATUS_EQUAL(status, expected) || FAIL(bed,
							 "%s: %s, not %s",
							 what,
							 nt_errstr(status),
							 nt_errstr(expected));
}

static bool open_gives(struct bed *bed,
		       struct smb2_tree *tree,
		       struct smb2_create *io,
		       NTSTATUS expected)
{
	return tree != NULL &&
	       status_is(bed,
			 talloc_asprintf(bed, "opening %s", io->in.fname),
			 smb2_create(tree, bed, io),
			 expected);
}

/* End the victim's sessions. */
static bool ends_victim(struct bed *bed, const struct victim *victim)
{
	return caller_gets(bed, victim->client, victim->user, ANSWER_SUCCESS);
}

static struct smb2_tree *log_other_in(struct bed *bed)
{
	return bed_log_in(bed, bed_account(bed, "bystander"), NULL);
}

static bool others_on_the_connection(struct bed *bed)
{
	struct smb2_tree *beside = NULL;
	struct victim victim;

	if (!bed_victim(bed, NULL, &victim)) {
		return false;
	}
	beside = bed_log_in_beside(bed,
				   victim.tree,
				   bed_account(bed, "bystander"));
	return beside != NULL && ends_victim(bed, &victim) &&
	       is_alive(bed, beside) && is_deleted(bed, victim.tree) &&
	       is_alive(bed, beside);
}

static bool opens_are_closed(struct bed *bed)
{
	struct smb2_create held = borrowing("netsessiondel-open", SHARE_NONE);
	struct smb2_create wanted = held;
	struct smb2_tree *other = log_other_in(bed);
	struct victim victim;

	return other != NULL && bed_victim(bed, NULL, &victim) &&
	       open_gives(bed, victim.tree, &held, NT_STATUS_OK) &&
	       open_gives(bed, other, &wanted, NT_STATUS_SHARING_VIOLATION) &&
	       ends_victim(bed, &victim) &&
	       open_gives(bed, other, &wanted, NT_STATUS_OK);
}

static bool delete_on_close_is_done(struct bed *bed)
{
	struct smb2_create held = borrowing("netsessiondel-delete", SHARE_ALL);
	struct smb2_create wanted = opening("netsessiondel-delete", SHARE_ALL);
	struct smb2_tree *other = log_other_in(bed);
	struct victim victim;

	wanted.in.create_disposition = NTCREATEX_DISP_OPEN;
	return other != NULL && bed_victim(bed, NULL, &victim) &&
	       open_gives(bed, victim.tree, &held, NT_STATUS_OK) &&
	       ends_victim(bed, &victim) &&
	       open_gives(bed, other, &wanted, NT_STATUS_OBJECT_NAME_NOT_FOUND);
}

static struct smb2_lock locking(const struct smb2_create *opened,
				struct smb2_lock_element *range,
				uint32_t more_flags)
{
	*range = (struct smb2_lock_element){
		.offset = 0,
		.length = 10,
		.flags = SMB2_LOCK_FLAG_EXCLUSIVE | more_flags,
	};
	return (struct smb2_lock){
		.in = {.file.handle = opened->out.file.handle,
		       .lock_count = 1,
		       .locks = range},
	};
}

static bool lock_gives(struct bed *bed,
		       struct smb2_tree *tree,
		       const struct smb2_create *opened,
		       NTSTATUS expected)
{
	struct smb2_lock_element range;
	struct smb2_lock io =
		locking(opened, &range, SMB2_LOCK_FLAG_FAIL_IMMEDIATELY);

	return status_is(bed, "locking", smb2_lock(tree, &io), expected);
}

static bool locks_are_released(struct bed *bed)
{
	struct smb2_create held = borrowing("netsessiondel-lock", SHARE_ALL);
	struct smb2_create others = held;
	struct smb2_tree *other = log_other_in(bed);
	struct victim victim;

	return other != NULL && bed_victim(bed, NULL, &victim) &&
	       open_gives(bed, victim.tree, &held, NT_STATUS_OK) &&
	       open_gives(bed, other, &others, NT_STATUS_OK) &&
	       lock_gives(bed, victim.tree, &held, NT_STATUS_OK) &&
	       lock_gives(bed, other, &others, NT_STATUS_LOCK_NOT_GRANTED) &&
	       ends_victim(bed, &victim) &&
	       lock_gives(bed, other, &others, NT_STATUS_OK);
}

static bool oplocks_are_gone(struct bed *bed)
{
	struct smb2_create held = borrowing("netsessiondel-oplock", SHARE_ALL);
	struct smb2_create wanted = {0};
	struct smb2_tree *other = log_other_in(bed);
	struct victim victim;

	held.in.oplock_level = SMB2_OPLOCK_LEVEL_BATCH;
	wanted = held;
	if (other == NULL || !bed_victim(bed, NULL, &victim) ||
	    !open_gives(bed, victim.tree, &held, NT_STATUS_OK)) {
		return false;
	}
	if (held.out.oplock_level != SMB2_OPLOCK_LEVEL_BATCH) {
		return SKIP(bed, "the share grants no oplocks");
	}
	if (!ends_victim(bed, &victim) ||
	    !open_gives(bed, other, &wanted, NT_STATUS_OK)) {
		return false;
	}
	return wanted.out.oplock_level == SMB2_OPLOCK_LEVEL_BATCH ||
	       FAIL(bed, "the oplock of a closed session is still there");
}

static bool was_answered(struct bed *bed,
			 const struct victim *victim,
			 NTSTATUS status)
{
	if (NT_STATUS_IS_OK(status)) {
		return FAIL(bed, "a pending request has succeeded");
	}
	return smbXcli_conn_is_connected(
		       victim->tree->session->transport->conn) ||
	       FAIL(bed,
		    "a pending request ends the connection: %s",
		    nt_errstr(status));
}

static bool pending_notify_is_answered(struct bed *bed)
{
	struct smb2_create directory = {
		.in = {.desired_access = SEC_DIR_LIST,
		       .share_access = SHARE_ALL,
		       .create_disposition = NTCREATEX_DISP_OPEN,
		       .create_options = NTCREATEX_OPTIONS_DIRECTORY,
		       .fname = ""},
	};
	struct smb2_notify io = {
		.in = {.buffer_size = 4096,
		       .completion_filter = FILE_NOTIFY_CHANGE_NAME},
	};
	struct smb2_request *req = NULL;
	struct victim victim;

	if (!bed_victim(bed, NULL, &victim) ||
	    !open_gives(bed, victim.tree, &directory, NT_STATUS_OK)) {
		return false;
	}
	io.in.file.handle = directory.out.file.handle;
	req = smb2_notify_send(victim.tree, &io);
	return req != NULL && ends_victim(bed, &victim) &&
	       was_answered(bed, &victim, smb2_notify_recv(req, bed, &io)) &&
	       is_deleted(bed, victim.tree);
}

static bool pending_lock_is_answered(struct bed *bed)
{
	struct smb2_create wanted = borrowing("netsessiondel-wait", SHARE_ALL);
	struct smb2_create held = wanted;
	struct smb2_tree *other = log_other_in(bed);
	struct smb2_request *req = NULL;
	struct smb2_lock_element range;
	struct smb2_lock io;
	struct victim victim;

	if (other == NULL || !bed_victim(bed, NULL, &victim) ||
	    !open_gives(bed, other, &held, NT_STATUS_OK) ||
	    !open_gives(bed, victim.tree, &wanted, NT_STATUS_OK) ||
	    !lock_gives(bed, other, &held, NT_STATUS_OK)) {
		return false;
	}
	io = locking(&wanted, &range, 0);
	req = smb2_lock_send(victim.tree, &io);
	return req != NULL && ends_victim(bed, &victim) &&
	       was_answered(bed, &victim, smb2_lock_recv(req, &io)) &&
	       is_deleted(bed, victim.tree);
}

static bool tree_connects_are_gone(struct bed *bed)
{
	struct victim victim;

	return bed_victim(bed, NULL, &victim) && ends_victim(bed, &victim) &&
	       status_is(bed,
			 "tree disconnect",
			 smb2_tdis(victim.tree),
			 NT_STATUS_USER_SESSION_DELETED);
}

/* Opens a durable handle for the victim; SKIP() if the server grants none. */
static bool opens_durably(struct bed *bed,
			  const struct victim *victim,
			  struct smb2_create *io)
{
	if (!open_gives(bed, victim->tree, io, NT_STATUS_OK)) {
		return false;
	}
	return io->out.durable_open || io->out.durable_open_v2 ||
	       SKIP(bed, "the share grants no durable handles");
}

/*
 * Whether a handle ends with its session. reclaim: the request to reclaim it;
 * the handle is filled in here.
 */
static bool durable_handle_is_closed(struct bed *bed,
				     struct smb2_create *held,
				     struct smb2_create *reclaim)
{
	struct GUID client = GUID_random();
	const struct login how = {
		.client = &client,
		.share = torture_setting_string(bed->tctx,
						"durable_share",
						bed->share),
	};
	struct smb2_create wanted = borrowing(held->in.fname, SHARE_NONE);
	struct smb2_handle *handle = NULL;
	struct victim victim;
	struct victim again;

	if (!bed_victim(bed, &how, &victim) ||
	    !opens_durably(bed, &victim, held)) {
		return false;
	}
	handle = talloc_memdup(bed,
			       &held->out.file.handle,
			       sizeof(held->out.file.handle));
	if (reclaim->in.durable_open_v2) {
		reclaim->in.durable_open_v2 = false;
		reclaim->in.durable_handle_v2 = handle;
	} else {
		reclaim->in.durable_handle = handle;
	}
	return ends_victim(bed, &victim) && bed_victim(bed, &how, &again) &&
	       open_gives(bed,
			  again.tree,
			  reclaim,
			  NT_STATUS_OBJECT_NAME_NOT_FOUND) &&
	       open_gives(bed, again.tree, &wanted, NT_STATUS_OK);
}

static bool durable_handle(struct bed *bed)
{
	struct smb2_create held = opening("netsessiondel-durable", SHARE_NONE);
	struct smb2_create reclaim = {0};

	held.in.oplock_level = SMB2_OPLOCK_LEVEL_BATCH;
	held.in.durable_open = true;
	reclaim.in.fname = held.in.fname;
	return durable_handle_is_closed(bed, &held, &reclaim);
}

static bool durable_handle_v2(struct bed *bed)
{
	struct smb2_create held = opening("netsessiondel-durable2", SHARE_NONE);
	struct smb2_lease lease = {
		.lease_key.data = {random(), random()},
		.lease_state =
			SMB2_LEASE_READ | SMB2_LEASE_WRITE | SMB2_LEASE_HANDLE,
	};
	struct smb2_create reclaim = {0};

	held.in.oplock_level = SMB2_OPLOCK_LEVEL_LEASE;
	held.in.lease_request = &lease;
	held.in.durable_open_v2 = true;
	held.in.create_guid = GUID_random();
	held.in.timeout = DURABLE_MSEC;
	reclaim.in = held.in;
	return durable_handle_is_closed(bed, &held, &reclaim);
}

static bool data_stays(struct bed *bed)
{
	struct smb2_create held = opening("netsessiondel-data", SHARE_ALL);
	struct smb2_create others = borrowing(held.in.fname, SHARE_ALL);
	struct smb2_tree *other = log_other_in(bed);
	DATA_BLOB data = data_blob_string_const("what the victim wrote");
	struct smb2_write write = {.in.data = data};
	struct smb2_read read = {.in.length = data.length};
	struct victim victim;

	if (other == NULL || !bed_victim(bed, NULL, &victim) ||
	    !open_gives(bed, victim.tree, &held, NT_STATUS_OK)) {
		return false;
	}
	write.in.file.handle = held.out.file.handle;
	if (!status_is(bed,
		       "writing",
		       smb2_write(victim.tree, &write),
		       NT_STATUS_OK) ||
	    !ends_victim(bed, &victim) ||
	    !open_gives(bed, other, &others, NT_STATUS_OK)) {
		return false;
	}
	read.in.file.handle = others.out.file.handle;
	return status_is(bed,
			 "reading",
			 smb2_read(other, bed, &read),
			 NT_STATUS_OK) &&
	       (data_blob_cmp(&read.out.data, &data) == 0 ||
		FAIL(bed, "the written data is not there"));
}

/* Its share has no files: try the tree connect instead. */
static bool session_with_a_pipe_alone(struct bed *bed)
{
	const struct login how = {.share = "IPC$"};
	struct victim victim;

	return bed_victim(bed, &how, &victim) &&
	       call_pipe(bed, victim.tree, victim.who, CALL_LEVEL_NONE) !=
		       NULL &&
	       ends_victim(bed, &victim) &&
	       status_is(bed,
			 "tree disconnect",
			 smb2_tdis(victim.tree),
			 NT_STATUS_USER_SESSION_DELETED);
}

static bool user_can_log_in_again(struct bed *bed)
{
	struct victim victim;
	struct victim again;

	return bed_victim(bed, NULL, &victim) && ends_victim(bed, &victim) &&
	       bed_victim(bed, NULL, &again) && is_alive(bed, again.tree) &&
	       is_deleted(bed, victim.tree);
}

static bool in_dialect(struct bed *bed)
{
	struct victim victim;

	if (bed_log_in(bed, bed->caller, bed->how) == NULL) {
		return SKIP(bed, "the server does not speak this");
	}
	return bed_victim(bed, bed->how, &victim) &&
	       ends_victim(bed, &victim) && is_deleted(bed, victim.tree);
}

/* The next request is encrypted with a key that the server no longer has. */
static bool encrypted(struct bed *bed)
{
	struct victim victim;

	if (!bed_victim(bed, bed->how, &victim) ||
	    !is_alive(bed, victim.tree) || !ends_victim(bed, &victim)) {
		return false;
	}
	return !NT_STATUS_IS_OK(bed_touch(victim.tree)) ||
	       FAIL(bed, "the session is still alive");
}

static struct smbcli_state *log_in_smb1(struct bed *bed,
					struct cli_credentials *who)
{
	const struct destination to = {
		.tctx = bed->tctx,
		.host = bed->host,
		.port = "445",
		.share = bed->share,
	};
	struct smbcli_state *cli = NULL;
	struct smbcli_options options;
	NTSTATUS status;

	lpcfg_smbcli_options(bed->tctx->lp_ctx, &options);
	options.min_protocol = PROTOCOL_NT1;
	options.max_protocol = PROTOCOL_NT1;
	status = connect_smb1(bed, &to, who, &options, &cli);
	return NT_STATUS_IS_OK(status) ? cli : NULL;
}

static bool smb1(struct bed *bed)
{
	struct cli_credentials *who = bed_account(bed, "victim");
	struct smbcli_state *cli = NULL;
	NTSTATUS status;

	if (who == NULL) {
		return false;
	}
	cli = log_in_smb1(bed, who);
	if (cli == NULL) {
		return SKIP(bed, "the server does not speak SMB1");
	}
	if (!status_is(bed,
		       "a look at the share",
		       smbcli_chkpath(cli->tree, "\\"),
		       NT_STATUS_OK) ||
	    !caller_gets(bed,
			 NULL,
			 cli_credentials_get_username(who),
			 ANSWER_SUCCESS)) {
		return false;
	}
	status = smbcli_chkpath(cli->tree, "\\");
	return !NT_STATUS_IS_OK(status) ||
	       FAIL(bed, "the session is still alive");
}

#define CLOSES \
	"Everything of a closed session ends ([MS-SMB2] 3.3.4.12, 3.3.5.6)"
#define DIALECTS "A session of any dialect can be ended ([MS-SRVS] 3.1.4.6)"

#define DIALECT(test, function, ...)                                  \
	{                                                             \
		.name = #test, .says = DIALECTS, .holds = (function), \
		.how = { __VA_ARGS__ }                                \
	}

const struct rule closing_rules[] = {
	RULE(others_on_the_connection,
	     "Only the matching session ends ([MS-SRVS] 3.1.4.6)"),
	RULE(opens_are_closed, CLOSES),
	RULE(delete_on_close_is_done, CLOSES),
	RULE(locks_are_released, CLOSES),
	RULE(oplocks_are_gone, CLOSES),
	RULE(pending_notify_is_answered, CLOSES),
	RULE(pending_lock_is_answered, CLOSES),
	RULE(tree_connects_are_gone, CLOSES),
	RULE(durable_handle, CLOSES),
	RULE(durable_handle_v2, CLOSES),
	RULE(data_stays,
	     "A closed open keeps what was written ([MS-SMB2] 3.3.4.17)"),
	RULE(session_with_a_pipe_alone, CLOSES),
	RULE(user_can_log_in_again,
	     "The user may log in again ([MS-SRVS] 3.1.4.6)"),
	RULE(smb1, DIALECTS),
	DIALECT(smb2_02, in_dialect, .protocol = PROTOCOL_SMB2_02),
	DIALECT(smb2_10, in_dialect, .protocol = PROTOCOL_SMB2_10),
	DIALECT(smb2_10_signed,
		in_dialect,
		.protocol = PROTOCOL_SMB2_10,
		.sign = true),
	DIALECT(smb3_00, in_dialect, .protocol = PROTOCOL_SMB3_00),
	DIALECT(smb3_02, in_dialect, .protocol = PROTOCOL_SMB3_02),
	DIALECT(smb3_11, in_dialect, .protocol = PROTOCOL_SMB3_11),
	DIALECT(encrypted, encrypted, .encrypt = true),
	{.name = NULL},
};
