/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calls that a test makes, and whether their answers are right. */

#ifndef SESSIONDEL_TORTURE_CALL_H
#define SESSIONDEL_TORTURE_CALL_H

#include "bed.h"

/* The answers, as numbers of WERRORs. */
enum answer {
	ANSWER_SUCCESS = 0,
	ANSWER_ACCESS_DENIED = 5,
	ANSWER_INVALID_PARAMETER = 87,
	ANSWER_BUSY = 170,
	ANSWER_TIMEOUT = 1460,
	ANSWER_NOT_FOUND = 2312,
};

/* Authentication inside RPC. */
enum call_level {
	CALL_LEVEL_NONE,
	CALL_LEVEL_SIGN,
	CALL_LEVEL_SEAL,
};

/**
 * Open and bind \PIPE\srvsvc in a session.
 *
 * @param[in] tree   a tree connect of IPC$
 * @param[in] who    the account for authentication inside RPC
 * @param[in] level  of that authentication
 *
 * @return the pipe, below the bed; NULL after FAIL()
 */
struct dcerpc_pipe *call_pipe(struct bed *bed,
			      struct smb2_tree *tree,
			      struct cli_credentials *who,
			      enum call_level level);

/**
 * A pipe in a new session.
 *
 * @param[in] who  NULL gives NULL, so that bed_account() can be the argument
 *
 * @return as call_pipe()
 */
struct dcerpc_pipe *call_pipe_of(struct bed *bed, struct cli_credentials *who);

/**
 * The caller's own pipe, opened on first use.
 *
 * @return as call_pipe()
 */
struct dcerpc_pipe *call_own_pipe(struct bed *bed);

/**
 * Send NetrSessionDel.
 *
 * @param[in] pipe    or NULL, which gives NULL
 * @param[in] client  ClientName, UTF-8 or NULL
 * @param[in] user    UserName, UTF-8 or NULL
 *
 * @return the request, below the pipe; NULL when it cannot be sent
 */
struct tevent_req *call_send(struct bed *bed,
			     struct dcerpc_pipe *pipe,
			     const char *client,
			     const char *user);

/**
 * Wait for the answer to call_send().
 *
 * @param[in]  req     is freed; NULL counts as not answered
 * @param[out] answer  the WERROR's number
 *
 * @return whether it was answered; FAIL() if not
 */
bool call_recv(struct bed *bed, struct tevent_req *req, uint32_t *answer);

/**
 * Make a call and compare its answer.
 *
 * @param[in] pipe      or NULL, which is false
 * @param[in] expected  the WERROR's number
 *
 * @return whether it was the expected one; FAIL() if not
 */
bool pipe_gets(struct bed *bed,
	       struct dcerpc_pipe *pipe,
	       const char *client,
	       const char *user,
	       uint32_t expected);

/* pipe_gets() for the caller's own pipe. */
bool caller_gets(struct bed *bed,
		 const char *client,
		 const char *user,
		 uint32_t expected);

/**
 * The answer that a server may choose, --option=torture:NAME=NUMBER.
 *
 * @param[in] ours  what [MS-SRVS] says, or our choice where it is silent
 *
 * @return the WERROR's number to expect
 */
uint32_t expected_answer(struct bed *bed, const char *name, enum answer ours);

#endif
