/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The named pipe \PIPE\srvsvc of the local Samba, for root. */

#include "local_pipe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <ndr.h>
#include <param.h>

#include "dcerpcd.h"
#include "deadline.h"
#include "ndr_local_pipe.h"

#define TRANSPORT_NAMED_PIPE 1
#define MESSAGE_MODE 2
/* [MS-NRPC] 2.2.1.4.13: LogonExtraSids, and not LogonGuest. Samba before 4.19
 * has a boolean here, which must be true. */
#define NOT_A_GUEST 0x20
/* No answer to the greetings below is longer. */
#define ANSWER_MOST 1024

#define NAME "localhost"
#define ADDRESS "127.0.0.1"

/* [MS-DTYP] 2.4.2.4. The first is S-1-22-1-0, Samba's for the Unix user root:
 * Samba accepts the local system's SID over ncalrpc only. */
static struct local_sid root_sids[] = {
	{1, 2, {0, 0, 0, 0, 0, 22}, (uint32_t[]){1, 0}},
	{1, 2, {0, 0, 0, 0, 0, 5}, (uint32_t[]){32, 544}},
	{1, 1, {0, 0, 0, 0, 0, 1}, (uint32_t[]){0}},
	{1, 1, {0, 0, 0, 0, 0, 5}, (uint32_t[]){11}},
};

/* Four counts of claims and device SIDs, four empty arrays of them, and that
 * claims are never evaluated. */
static uint8_t no_claims[] = {[4 * 4 + 4 * 4] = 1, 0};

/* What differs between the series of Samba. */
struct dialect {
	uint32_t level;
	DATA_BLOB claims;
};

static const struct dialect dialects[] = {
	/* from 4.20 */
	{.level = 8, .claims = {no_claims, sizeof(no_claims)}},
	/* 4.17 to 4.19 */
	{.level = 7},
	{.level = 0},
};

static bool encode_greeting(TALLOC_CTX *mem_ctx,
			    const struct dialect *dialect,
			    DATA_BLOB *blob)
{
	struct local_token token = {.number = 4,
				    .sids = root_sids,
				    .claims = dialect->claims};
	struct local_unix_token unix_token = {.uid = 0};
	struct local_user user = {.account = "root",
				  .domain = "LOCAL",
				  .flags = NOT_A_GUEST};
	struct local_unix_user unix_user = {.name = "root",
					    .sanitized_name = "root"};
	struct local_caller caller = {.token = &token,
				      .unix_token = &unix_token,
				      .user = &user,
				      .unix_user = &unix_user};
	struct local_caller_box box = {.caller = &caller};
	struct local_pipe_greeting greeting = {
		.magic = {'N', 'P', 'A', 'M'},
		.level = dialect->level,
		.choice = dialect->level,
		.transport = TRANSPORT_NAMED_PIPE,
		.client_name = NAME,
		.client_address = ADDRESS,
		.server_name = NAME,
		.server_address = ADDRESS,
		.box = &box,
	};
	enum ndr_err_code result = NDR_ERR_SUCCESS;
	uint32_t length = 0;

	/* The id of a session, which must be unique. */
	if (getrandom(caller.session, sizeof(caller.session), 0) !=
	    sizeof(caller.session)) {
		return false;
	}
	result = ndr_push_struct_blob(blob,
				      mem_ctx,
				      &greeting,
				      (ndr_push_flags_fn_t)
					      ndr_push_local_pipe_greeting);
	if (result != NDR_ERR_SUCCESS) {
		return false;
	}
	length = htonl((uint32_t)blob->length - sizeof(length));
	memcpy(blob->data, &length, sizeof(length));
	return true;
}

/* Nothing may wait at the socket for longer than the time left. */
static bool set_socket_timeouts(const struct smbsession_context *context,
				int socket)
{
	struct timeval left = deadline_left(context->deadline);

	/* SO_SNDTIMEO also limits connect(), which waits while the backlog is
	 * full. */
	return setsockopt(socket,
			  SOL_SOCKET,
			  SO_RCVTIMEO,
			  &left,
			  sizeof(left)) == 0 &&
	       setsockopt(socket,
			  SOL_SOCKET,
			  SO_SNDTIMEO,
			  &left,
			  sizeof(left)) == 0;
}

static bool receive_all(const struct smbsession_context *context,
			int socket,
			uint8_t *data,
			size_t length)
{
	ssize_t got = -1;

	if (set_socket_timeouts(context, socket)) {
		got = recv(socket, data, length, MSG_WAITALL);
	}
	return got > 0 && (size_t)got == length;
}

static bool is_positive_answer(TALLOC_CTX *mem_ctx,
			       uint32_t level,
			       const DATA_BLOB *blob)
{
	struct local_pipe_answer answer;
	enum ndr_err_code result = ndr_pull_struct_blob(
		blob,
		mem_ctx,
		&answer,
		(ndr_pull_flags_fn_t)ndr_pull_local_pipe_answer);

	return result == NDR_ERR_SUCCESS && answer.level == level &&
	       NT_STATUS_IS_OK(answer.status) &&
	       answer.file_type == MESSAGE_MODE;
}

static bool read_answer(const struct smbsession_context *context,
			TALLOC_CTX *mem_ctx,
			uint32_t level,
			int socket)
{
	uint8_t data[ANSWER_MOST];
	DATA_BLOB blob = {.data = data};
	uint32_t length = 0;

	if (!receive_all(context, socket, data, sizeof(length))) {
		return false;
	}
	memcpy(&length, data, sizeof(length));
	length = ntohl(length);
	if (length > sizeof(data) - sizeof(length) ||
	    !receive_all(context, socket, data + sizeof(length), length)) {
		return false;
	}
	blob.length = length + sizeof(length);
	return is_positive_answer(mem_ctx, level, &blob);
}

static bool greet_server(struct smbsession_context *context,
			 const struct dialect *dialect,
			 int socket)
{
	TALLOC_CTX *frame = talloc_new(context);
	DATA_BLOB blob = {.data = NULL};
	bool welcome = frame != NULL &&
		       encode_greeting(frame, dialect, &blob) &&
		       set_socket_timeouts(context, socket) &&
		       send(socket, blob.data, blob.length, MSG_NOSIGNAL) ==
			       (ssize_t)blob.length &&
		       read_answer(context, frame, dialect->level, socket);

	talloc_free(frame);
	return welcome;
}

/* samba-dcerpcd's sockets are in "ncalrpc dir" by default. */
static bool make_socket_path(struct loadparm_context *lp_ctx,
			     char *path,
			     size_t size)
{
	const char *directory = lpcfg_get_parametric(lp_ctx,
						     NULL,
						     "external_rpc_pipe",
						     "socket_dir");
	int length = 0;

	if (directory == NULL) {
		struct parm_struct *parameter =
			lpcfg_parm_struct(lp_ctx, "ncalrpc dir");
		char **value = lpcfg_parm_ptr(lp_ctx, NULL, parameter);

		directory = value != NULL ? *value : NULL;
	}
	if (directory == NULL) {
		return false;
	}
	length = snprintf(path, size, "%s/np/srvsvc", directory);
	return length > 0 && (size_t)length < size;
}

static int connect_socket(const struct smbsession_context *context)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int connected = -1;

	if (!make_socket_path(context->lp_ctx,
			      address.sun_path,
			      sizeof(address.sun_path))) {
		errno = ENAMETOOLONG;
		return -1;
	}
	connected = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connected < 0) {
		return -1;
	}
	if (!set_socket_timeouts(context, connected) ||
	    connect(connected, (struct sockaddr *)&address, sizeof(address)) !=
		    0) {
		int error = errno;

		(void)close(connected);
		errno = error;
		return -1;
	}
	return connected;
}

/* If not, errno says why there was no connection at first. */
static int connect_or_start(struct smbsession_context *context)
{
	const int connected = connect_socket(context);
	const int error = errno;

	if (connected >= 0) {
		return connected;
	}
	if (dcerpcd_start(context)) {
		return connect_socket(context);
	}
	errno = error;
	return -1;
}

int local_pipe_open(struct smbsession_context *context)
{
	const struct dialect *dialect = dialects;
	int connected = connect_or_start(context);

	if (connected < 0) {
		return -1;
	}
	errno = 0;
	while (connected >= 0 && !greet_server(context, dialect, connected)) {
		/* Samba hangs up on a dialect that it does not know. A server
		 * that does not react at all would not react to the next
		 * dialect either. */
		bool hangs = errno == EAGAIN;

		(void)close(connected);
		dialect++;
		if (hangs || dialect->level == 0) {
			errno = EPROTO;
			return -1;
		}
		connected = connect_socket(context);
	}
	return connected;
}
