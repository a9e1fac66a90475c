/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a test works with: its accounts, and its sessions on the server. */

#ifndef SESSIONDEL_TORTURE_BED_H
#define SESSIONDEL_TORTURE_BED_H

#include "samba_client.h"

struct cli_credentials;
struct dcerpc_pipe;

struct bed {
	struct torture_context *tctx;
	/* the target of smbtorture's command line */
	const char *host;
	const char *share;
	/* makes the calls: the account of the command line */
	struct cli_credentials *caller;
	/* the caller's \PIPE\srvsvc, NULL before the first call */
	struct dcerpc_pipe *pipe;
	struct logged_in *sessions;
	/* of the rule that is tested */
	const struct login *how;
};

/* How to log in. 0 and NULL stand for the defaults. */
struct login {
	/* an address or name of the server instead of the target's */
	const char *host;
	const char *share;
	const char *port;
	/* the one protocol to speak, from enum protocol_types */
	int protocol;
	bool sign;
	bool encrypt;
	/* connect without logging in */
	bool only_connect;
	/* the client's GUID */
	const struct GUID *client;
};

/* One session that a call may end, and how it is named. */
struct victim {
	struct smb2_tree *tree;
	struct cli_credentials *who;
	/* as bed_client() gives it */
	const char *client;
	/* without a domain */
	const char *user;
};

/* Record why a test fails or is skipped. The value is false. */
#define FAIL(bed, ...) \
	(torture_result((bed)->tctx, TORTURE_FAIL, __VA_ARGS__), false)
#define SKIP(bed, ...) \
	(torture_result((bed)->tctx, TORTURE_SKIP, __VA_ARGS__), false)

/**
 * A new test's bed.
 *
 * @param[in] tctx  where results go; the talloc parent
 *
 * @return the bed, NULL when out of memory
 */
struct bed *bed_new(struct torture_context *tctx);

/**
 * Log all sessions off, wait until the server has done so, and free the bed.
 *
 * @param[in] bed  what bed_new() gave, or NULL
 */
void bed_free(struct bed *bed);

/**
 * An option of the suite, --option=torture:NAME=VALUE.
 *
 * @return its value, NULL after SKIP() when it is not given
 */
const char *bed_option(struct bed *bed, const char *name);

/**
 * The account of an option, [DOMAIN\]USER%PASSWORD.
 *
 * @param[in] name  of the option, such as "victim"
 *
 * @return credentials below the bed, NULL after SKIP() when there is no such
 *         option
 */
struct cli_credentials *bed_account(struct bed *bed, const char *name);

/**
 * A new connection with one session, which bed_free() logs off.
 *
 * @param[in] who  NULL gives NULL, so that bed_account() can be the argument
 * @param[in] how  NULL for all defaults
 *
 * @return the session's tree connect, below the bed; NULL after FAIL()
 */
struct smb2_tree *bed_log_in(struct bed *bed,
			     struct cli_credentials *who,
			     const struct login *how);

/**
 * Log the account of the option torture:victim in.
 *
 * @param[in]  how     as for bed_log_in()
 * @param[out] victim  the session, as bed_log_in() gives it
 *
 * @return whether it worked; FAIL() or SKIP() if not
 */
bool bed_victim(struct bed *bed,
		const struct login *how,
		struct victim *victim);

/**
 * One more session on a connection.
 *
 * @param[in] tree  a tree connect of a session on that connection, or NULL,
 *                  which gives NULL
 *
 * @return as bed_log_in()
 */
struct smb2_tree *bed_log_in_beside(struct bed *bed,
				    struct smb2_tree *tree,
				    struct cli_credentials *who);

/**
 * One more channel of a session, on the connection of another.
 *
 * @param[in] tree   a tree connect of the session
 * @param[in] other  a tree connect of a session on the connection for the
 *                   channel
 * @param[in] who    the session's user
 *
 * @return whether the server took it; SKIP() when it did not
 */
bool bed_add_channel(struct bed *bed,
		     struct smb2_tree *tree,
		     struct smb2_tree *other,
		     struct cli_credentials *who);

/**
 * The client of a connection as the server sees it, "\\" before its address.
 *
 * @return below the bed; NULL after FAIL()
 */
const char *bed_client(struct bed *bed, struct smb2_tree *tree);

/**
 * Make a request as a session, on a share with files.
 *
 * @return what the server answered
 */
NTSTATUS bed_touch(struct smb2_tree *tree);

/* Whether a session serves requests; FAIL() if not. */
bool is_alive(struct bed *bed, struct smb2_tree *tree);

/* Whether the server says that a session was deleted; FAIL() if not. */
bool is_deleted(struct bed *bed, struct smb2_tree *tree);

/* Wait until the server says that a session was deleted; FAIL() if never. */
bool ends_soon(struct bed *bed, struct smb2_tree *tree);

/**
 * Wait while serving the connections.
 *
 * @param[in] msec  how long, in milliseconds
 */
void bed_wait(struct bed *bed, unsigned int msec);

#endif
