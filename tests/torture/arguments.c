/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which arguments are valid. */

#include "samba_client.h"

#include "librpc/gen_ndr/ndr_srvsvc.h"
#include "librpc/gen_ndr/ndr_srvsvc_c.h"
#include "source4/librpc/rpc/dcerpc.h"

#include "call.h"
#include "rule.h"

/* [MS-SRVS] 3.1.4.6 counts the terminating NUL. */
#define NAME_MAX_CHARACTERS 1024

#define NO_CLIENT "\\\\no-such-client.invalid"
#define NO_USER "no-such-user"

static bool call_with_server_name_gets(struct bed *bed,
				       const char *server_name,
				       const struct victim *victim,
				       uint32_t expected)
{
	struct dcerpc_pipe *pipe = call_own_pipe(bed);
	WERROR answer;
	NTSTATUS status;

	if (pipe == NULL) {
		return false;
	}
	status = dcerpc_srvsvc_NetSessDel(pipe->binding_handle,
					  bed,
					  server_name,
					  victim->client,
					  victim->user,
					  &answer);
	if (!NT_STATUS_IS_OK(status)) {
		return FAIL(bed, "the call fails: %s", nt_errstr(status));
	}
	return W_ERROR_V(answer) == expected ||
	       FAIL(bed,
		    "with server name \"%s\" the answer is %u, not %u",
		    server_name,
		    W_ERROR_V(answer),
		    expected);
}

static bool server_name_is_ignored(struct bed *bed)
{
	static const char *const names[] = {
		"",
		"\\\\",
		"\\\\elsewhere.invalid",
		"elsewhere.invalid",
		"a\\b/c",
	};
	const struct victim nobody = {.client = NO_CLIENT, .user = NO_USER};
	struct victim victim;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!call_with_server_name_gets(bed,
						names[i],
						&nobody,
						ANSWER_NOT_FOUND) ||
		    !bed_victim(bed, NULL, &victim) ||
		    !call_with_server_name_gets(bed,
						names[i],
						&victim,
						ANSWER_SUCCESS) ||
		    !is_deleted(bed, victim.tree)) {
			return false;
		}
	}
	return true;
}

static bool ends_any_client(struct bed *bed, const char *client)
{
	struct victim victim;

	return bed_victim(bed, NULL, &victim) &&
	       caller_gets(bed, client, victim.user, ANSWER_SUCCESS) &&
	       is_deleted(bed, victim.tree);
}

static bool no_client_is_any_client(struct bed *bed)
{
	return ends_any_client(bed, NULL) && ends_any_client(bed, "");
}

/* This also ends the caller's session, which comes from the same client. */
static bool ends_any_user(struct bed *bed, const char *user)
{
	struct smb2_tree *bystander =
		bed_log_in(bed, bed_account(bed, "bystander"), NULL);
	struct victim victim;

	return bystander != NULL && bed_victim(bed, NULL, &victim) &&
	       caller_gets(bed, victim.client, user, ANSWER_SUCCESS) &&
	       is_deleted(bed, victim.tree) && is_deleted(bed, bystander);
}

static bool null_user_is_any_user(struct bed *bed)
{
	return ends_any_user(bed, NULL);
}

static bool empty_user_is_any_user(struct bed *bed)
{
	return ends_any_user(bed, "");
}

/* A name of so many characters, its NUL included. */
static const char *name_of_length(struct bed *bed,
				  const char *start,
				  size_t characters)
{
	char *name = talloc_array(bed, char, characters);

	if (name == NULL) {
		return NULL;
	}
	memset(name, 'x', characters);
	memcpy(name, start, strlen(start));
	name[characters - 1] = '\0';
	return name;
}

/* Whether a name of so many characters gets this answer, as either argument. */
static bool long_names_get(struct bed *bed,
			   size_t characters,
			   uint32_t expected)
{
	const char *client = name_of_length(bed, "\\\\", characters);
	const char *user = name_of_length(bed, "", characters);

	return client != NULL && user != NULL &&
	       caller_gets(bed, client, NO_USER, expected) &&
	       caller_gets(bed, NULL, user, expected);
}

static bool longest_names(struct bed *bed)
{
	return long_names_get(bed, NAME_MAX_CHARACTERS, ANSWER_NOT_FOUND);
}

static bool names_too_long(struct bed *bed)
{
	return long_names_get(bed,
			      NAME_MAX_CHARACTERS + 1,
			      expected_answer(bed,
					      "too_long",
					      ANSWER_INVALID_PARAMETER));
}

static bool client_without_backslashes(struct bed *bed)
{
	uint32_t expected =
		expected_answer(bed, "no_backslashes", ANSWER_SUCCESS);
	struct victim victim;

	if (!bed_victim(bed, NULL, &victim) ||
	    !caller_gets(bed,
			 victim.client + strlen("\\\\"),
			 victim.user,
			 expected)) {
		return false;
	}
	return expected == ANSWER_SUCCESS ? is_deleted(bed, victim.tree)
					  : is_alive(bed, victim.tree);
}

/* Whether each pair of client and user is refused as it must be. */
static bool each_is_refused(struct bed *bed,
			    const char *option,
			    const char *const (*names)[2],
			    size_t num)
{
	uint32_t expected =
		expected_answer(bed, option, ANSWER_INVALID_PARAMETER);
	size_t i;

	for (i = 0; i < num; i++) {
		if (!caller_gets(bed, names[i][0], names[i][1], expected)) {
			return false;
		}
	}
	return true;
}

static bool nothing_is_named(struct bed *bed)
{
	static const char *const names[][2] = {
		{NULL, NULL},
		{NULL, ""},
		{"", NULL},
		{"", ""},
	};
	struct victim victim;

	return bed_victim(bed, NULL, &victim) &&
	       each_is_refused(bed,
			       "nothing_named",
			       names,
			       ARRAY_SIZE(names)) &&
	       is_alive(bed, victim.tree);
}

static bool malformed_client(struct bed *bed)
{
	static const char *const names[][2] = {
		{"\\", NO_USER},
		{"\\\\", NO_USER},
		{"\\\\\\", NO_USER},
		{"\\\\a\\b", NO_USER},
		{"\\\\a/b", NO_USER},
		{"\\\\a\nb", NO_USER},
		{"\\\\a\x7f", NULL},
	};

	return each_is_refused(bed,
			       "malformed_client",
			       names,
			       ARRAY_SIZE(names));
}

static bool malformed_user(struct bed *bed)
{
	static const char *const names[][2] = {
		{NULL, "a\nb"},
		{NULL, "\ta"},
		{NULL, "a\x1b[2J"},
		{NO_CLIENT, "\x7f"},
	};

	return each_is_refused(bed, "malformed_user", names, ARRAY_SIZE(names));
}

/* NDR refuses less than a pointer. The pipe must still work then. */
static bool truncated_stub(struct bed *bed)
{
	const uint8_t stub[2] = {0};
	struct dcerpc_pipe *pipe = call_own_pipe(bed);
	uint8_t *out = NULL;
	size_t length = 0;
	uint32_t flags = 0;
	NTSTATUS status;

	if (pipe == NULL) {
		return false;
	}
	status = dcerpc_binding_handle_raw_call(pipe->binding_handle,
						NULL,
						NDR_SRVSVC_NETSESSDEL,
						0,
						stub,
						sizeof(stub),
						bed,
						&out,
						&length,
						&flags);
	if (NT_STATUS_IS_OK(status)) {
		return FAIL(bed, "half a pointer is accepted as arguments");
	}
	return caller_gets(bed, NO_CLIENT, NO_USER, ANSWER_NOT_FOUND);
}

#define SRVS "[MS-SRVS] 3.1.4.6"
#define OURS "the server's choice"

const struct rule argument_rules[] = {
	RULE(server_name_is_ignored,
	     "The server MUST ignore ServerName (" SRVS ")"),
	RULE(no_client_is_any_client,
	     "Without ClientName all sessions of the user end (" SRVS ")"),
	RULE(null_user_is_any_user,
	     "Without UserName all sessions of the client end (" SRVS ")"),
	RULE(empty_user_is_any_user,
	     "Without UserName all sessions of the client end (" SRVS ")"),
	RULE(nothing_is_named,
	     "At least one of the two must be given (" SRVS
	     "; torture:nothing_named)"),
	RULE(longest_names,
	     "A name may have 1,024 characters with its NUL (" SRVS ")"),
	RULE(names_too_long,
	     "A name may not have more (" SRVS "; torture:too_long)"),
	RULE(client_without_backslashes,
	     "ClientName begins with \\\\ (" SRVS "; torture:no_backslashes)"),
	RULE(malformed_client,
	     "ClientName is one name (" OURS "; torture:malformed_client)"),
	RULE(malformed_user,
	     "UserName has no control characters (" OURS
	     "; torture:malformed_user)"),
	RULE(truncated_stub,
	     "Arguments that cannot be unmarshalled get a fault ([C706] 14.3)"),
	{.name = NULL},
};
