/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which sessions a name matches. */

#include "samba_client.h"

#include <arpa/inet.h>

#include "auth/credentials/credentials.h"
#include "lib/util/charset/charset.h"
#include "lib/util/substitute.h"
#include "libcli/smb/smbXcli_base.h"
#include "librpc/gen_ndr/ndr_srvsvc.h"
#include "librpc/gen_ndr/ndr_srvsvc_c.h"
#include "source4/librpc/rpc/dcerpc.h"

#include "call.h"
#include "rule.h"

#define LEVEL_CLIENT_AND_USER 1

/* Log the victim in and see whether a client's name ends its session. */
static bool ends_by_client(struct bed *bed,
			   const struct login *how,
			   const char *client)
{
	struct victim victim;

	return bed_victim(bed, how, &victim) &&
	       caller_gets(bed, client, victim.user, ANSWER_SUCCESS) &&
	       is_deleted(bed, victim.tree);
}

/* Whether a client and a user do not match the victim's session. */
static bool does_not_match(struct bed *bed,
			   const struct victim *victim,
			   const char *client,
			   const char *user)
{
	return caller_gets(bed, client, user, ANSWER_NOT_FOUND) &&
	       is_alive(bed, victim->tree);
}

static bool address(struct bed *bed)
{
	struct victim victim;

	return bed_victim(bed, NULL, &victim) &&
	       ends_by_client(bed, NULL, victim.client);
}

/* Whether the server compares addresses rather than text. */
static bool compares_addresses(struct bed *bed)
{
	return torture_setting_bool(bed->tctx, "addresses", true) ||
	       SKIP(bed, "the server compares clients as text");
}

static bool mapped_address(struct bed *bed)
{
	struct victim victim;
	struct in_addr ipv4;
	const char *own = NULL;

	if (!compares_addresses(bed) || !bed_victim(bed, NULL, &victim)) {
		return false;
	}
	own = victim.client + strlen("\\\\");
	if (inet_pton(AF_INET, own, &ipv4) != 1) {
		return SKIP(bed, "the target has no IPv4 address");
	}
	return ends_by_client(bed,
			      NULL,
			      talloc_asprintf(bed, "\\\\::ffff:%s", own)) &&
	       ends_by_client(bed,
			      NULL,
			      talloc_asprintf(bed,
					      "\\\\::FFFF:%x:%x",
					      ntohl(ipv4.s_addr) >> 16,
					      ntohl(ipv4.s_addr) & 0xffff));
}

/* All eight groups, a form that no server writes. */
static const char *long_form_of(struct bed *bed, const struct in6_addr *ipv6)
{
	const uint8_t *byte = ipv6->s6_addr;
	char *text = talloc_strdup(bed, "\\\\");
	size_t i;

	for (i = 0; i < sizeof(ipv6->s6_addr); i += 2) {
		text = talloc_asprintf_append(text,
					      "%s%02X%02X",
					      i == 0 ? "" : ":",
					      byte[i],
					      byte[i + 1]);
	}
	return text;
}

static bool ipv6_address(struct bed *bed)
{
	struct login how = {.host = bed_option(bed, "address6")};
	struct victim victim;
	struct in6_addr ipv6;
	const char *own = NULL;
	char *literal = NULL;

	if (how.host == NULL || !compares_addresses(bed) ||
	    !bed_victim(bed, &how, &victim)) {
		return false;
	}
	own = victim.client + strlen("\\\\");
	if (inet_pton(AF_INET6, own, &ipv6) != 1) {
		return SKIP(bed, "torture:address6 is not reached by IPv6");
	}
	literal = talloc_asprintf(bed, "\\\\%s.ipv6-literal.net", own);
	if (literal == NULL) {
		return false;
	}
	string_replace_m(literal, ':', '-');
	return ends_by_client(bed, &how, victim.client) &&
	       ends_by_client(bed,
			      &how,
			      talloc_asprintf(bed, "\\\\[%s]", own)) &&
	       ends_by_client(bed, &how, long_form_of(bed, &ipv6)) &&
	       ends_by_client(bed, &how, literal);
}

static bool other_address(struct bed *bed)
{
	struct victim victim;
	char *shorter = NULL;

	if (!bed_victim(bed, NULL, &victim)) {
		return false;
	}
	shorter = talloc_strdup(bed, victim.client);
	if (shorter == NULL) {
		return false;
	}
	shorter[strlen(shorter) - 1] = '\0';
	return does_not_match(bed, &victim, "\\\\192.0.2.1", victim.user) &&
	       does_not_match(bed, &victim, "\\\\2001:db8::1", victim.user) &&
	       does_not_match(bed, &victim, shorter, victim.user);
}

/* Two sessions of one user, from addresses that differ. */
static bool one_of_two_clients(struct bed *bed)
{
	struct login how = {.host = bed_option(bed, "address2")};
	struct victim near;
	struct victim far;

	return how.host != NULL && bed_victim(bed, NULL, &near) &&
	       bed_victim(bed, &how, &far) &&
	       caller_gets(bed, far.client, far.user, ANSWER_SUCCESS) &&
	       is_alive(bed, near.tree) && is_deleted(bed, far.tree);
}

static bool any_user_of_one_client(struct bed *bed)
{
	struct login how = {.host = bed_option(bed, "address2")};
	struct smb2_tree *beside = NULL;
	struct victim near;
	struct victim far;

	if (how.host == NULL || !bed_victim(bed, NULL, &near) ||
	    !bed_victim(bed, &how, &far)) {
		return false;
	}
	beside = bed_log_in(bed, bed_account(bed, "bystander"), &how);
	return beside != NULL &&
	       caller_gets(bed, far.client, NULL, ANSWER_SUCCESS) &&
	       is_deleted(bed, far.tree) && is_deleted(bed, beside) &&
	       is_alive(bed, near.tree);
}

/* The channel's connection is one of the caller's, at its own address. */
static bool second_channel(struct bed *bed)
{
	struct GUID client = GUID_random();
	struct login how = {.client = &client, .sign = true};
	struct smb2_tree *carrier = NULL;
	struct victim victim;

	if (!bed_victim(bed, &how, &victim)) {
		return false;
	}
	how.host = bed_option(bed, "address2");
	if (how.host == NULL) {
		return false;
	}
	carrier = bed_log_in(bed, bed->caller, &how);
	return bed_add_channel(bed, victim.tree, carrier, victim.who) &&
	       caller_gets(bed,
			   bed_client(bed, carrier),
			   victim.user,
			   ANSWER_SUCCESS) &&
	       is_deleted(bed, victim.tree) && is_alive(bed, carrier);
}

/* Over port 139 a client sends its name, and the server records that. */
static bool recorded_name(struct bed *bed)
{
	const struct login how = {.port = "139"};
	const char *name =
		torture_setting_string(bed->tctx,
				       "netbios_name",
				       cli_credentials_get_workstation(
					       bed->caller));
	struct smb2_tree *trial = bed_log_in(bed, bed->caller, &how);

	if (trial == NULL) {
		return SKIP(bed, "the server has no NetBIOS sessions");
	}
	return ends_by_client(bed,
			      &how,
			      talloc_asprintf(bed, "\\\\%s", name)) &&
	       ends_by_client(
		       bed,
		       &how,
		       strlower_talloc(bed,
				       talloc_asprintf(bed, "\\\\%s", name)));
}

static bool resolved_name(struct bed *bed)
{
	const char *name = bed_option(bed, "client_name");

	return name != NULL &&
	       ends_by_client(bed, NULL, talloc_asprintf(bed, "\\\\%s", name));
}

static bool name_of_nobody(struct bed *bed)
{
	struct victim victim;

	return bed_victim(bed, NULL, &victim) &&
	       does_not_match(bed,
			      &victim,
			      "\\\\no-such-client.invalid",
			      victim.user);
}

/* A session that NetrSessionEnum lists for a user, to an administrator. */
static bool find_listed(struct bed *bed,
			const char *user,
			struct srvsvc_NetSessInfo1 *listed)
{
	struct dcerpc_pipe *pipe =
		call_pipe_of(bed, bed_account(bed, "administrator"));
	struct srvsvc_NetSessCtr1 sessions = {0};
	struct srvsvc_NetSessInfoCtr info = {
		.level = LEVEL_CLIENT_AND_USER,
		.ctr.ctr1 = &sessions,
	};
	uint32_t total = 0;
	uint32_t resume = 0;
	WERROR result = WERR_OK;
	NTSTATUS status;
	uint32_t i;

	if (pipe == NULL) {
		return false;
	}
	status = dcerpc_srvsvc_NetSessEnum(pipe->binding_handle,
					   bed,
					   NULL,
					   NULL,
					   NULL,
					   &info,
					   UINT32_MAX,
					   &total,
					   &resume,
					   &result);
	if (!NT_STATUS_IS_OK(status) || !W_ERROR_IS_OK(result)) {
		return SKIP(bed,
			    "NetrSessionEnum: %s, %s",
			    nt_errstr(status),
			    win_errstr(result));
	}
	for (i = 0; i < info.ctr.ctr1->count; i++) {
		*listed = info.ctr.ctr1->array[i];
		if (strcasecmp_m(listed->user, user) == 0) {
			return true;
		}
	}
	return FAIL(bed, "NetrSessionEnum does not list %s", user);
}

static bool what_is_listed(struct bed *bed)
{
	struct srvsvc_NetSessInfo1 listed;
	struct victim victim;
	const char *prefix = "\\\\";

	if (!bed_victim(bed, NULL, &victim) ||
	    !find_listed(bed, victim.user, &listed)) {
		return false;
	}
	if (strncmp(listed.client, prefix, strlen(prefix)) == 0) {
		prefix = "";
	}
	return caller_gets(bed,
			   talloc_asprintf(bed, "%s%s", prefix, listed.client),
			   listed.user,
			   ANSWER_SUCCESS) &&
	       is_deleted(bed, victim.tree);
}

/* Log an account in and see whether a user name ends its session. */
static bool ends_by_user(struct bed *bed,
			 struct cli_credentials *who,
			 const char *user)
{
	struct smb2_tree *bystander =
		bed_log_in(bed, bed_account(bed, "bystander"), NULL);
	struct smb2_tree *victim = bed_log_in(bed, who, NULL);

	return bystander != NULL && victim != NULL &&
	       caller_gets(bed, NULL, user, ANSWER_SUCCESS) &&
	       is_deleted(bed, victim) && is_alive(bed, bystander);
}

static bool ends_user_in_any_case(struct bed *bed, const char *account)
{
	struct cli_credentials *who = bed_account(bed, account);
	const char *user = NULL;

	if (who == NULL) {
		return false;
	}
	user = cli_credentials_get_username(who);
	return ends_by_user(bed, who, strupper_talloc(bed, user)) &&
	       ends_by_user(bed, who, strlower_talloc(bed, user));
}

static bool user_in_any_case(struct bed *bed)
{
	return ends_user_in_any_case(bed, "victim");
}

static bool unicode_user_in_any_case(struct bed *bed)
{
	return ends_user_in_any_case(bed, "unicode");
}

/* Whether the victim's name with the domain in an option ends its session. */
static bool ends_user_named_with(struct bed *bed,
				 const char *option,
				 bool domain_first)
{
	struct cli_credentials *who = bed_account(bed, "victim");
	const char *domain = bed_option(bed, option);
	const char *user = NULL;

	if (who == NULL || domain == NULL) {
		return false;
	}
	user = cli_credentials_get_username(who);
	return ends_by_user(
		bed,
		who,
		domain_first ? talloc_asprintf(bed, "%s\\%s", domain, user)
			     : talloc_asprintf(bed, "%s@%s", user, domain));
}

static bool user_in_domain(struct bed *bed)
{
	return ends_user_named_with(bed, "domain", true);
}

static bool user_at_realm(struct bed *bed)
{
	return ends_user_named_with(bed, "realm", false);
}

static bool other_user(struct bed *bed)
{
	static const char *const formats[] = {
		"%sx",
		"NO-SUCH-DOMAIN\\%s",
		"%s@no-such-realm.invalid",
		"%s@",
	};
	struct victim victim;
	size_t i;

	if (!bed_victim(bed, NULL, &victim) ||
	    !does_not_match(bed, &victim, NULL, victim.user + 1)) {
		return false;
	}
	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		char *user =
			talloc_string_sub(bed, formats[i], "%s", victim.user);

		if (!does_not_match(bed, &victim, NULL, user)) {
			return false;
		}
	}
	return true;
}

static bool both_must_match(struct bed *bed)
{
	struct victim victim;

	return bed_victim(bed, NULL, &victim) &&
	       does_not_match(bed, &victim, "\\\\192.0.2.1", victim.user) &&
	       does_not_match(bed, &victim, victim.client, "no-such-user");
}

static bool all_sessions_of_a_user(struct bed *bed)
{
	struct smb2_tree *beside = NULL;
	struct victim first;
	struct victim second;

	if (!bed_victim(bed, NULL, &first) || !bed_victim(bed, NULL, &second)) {
		return false;
	}
	beside = bed_log_in_beside(bed, first.tree, first.who);
	return beside != NULL &&
	       caller_gets(bed, NULL, first.user, ANSWER_SUCCESS) &&
	       is_deleted(bed, first.tree) && is_deleted(bed, second.tree) &&
	       is_deleted(bed, beside);
}

/* Send the first half of NTLM's handshake, and never the second. */
static NTSTATUS log_in_by_half(struct smb2_session *session)
{
	static const uint8_t negotiate[] = "NTLMSSP\0\x01\0\0\0\x05\x02\x88\x20"
					   "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
	DATA_BLOB token = data_blob_const(negotiate, sizeof(negotiate) - 1);
	struct smb2_transport *transport = session->transport;
	DATA_BLOB challenge;
	NTSTATUS status;
	struct tevent_req *req =
		smb2cli_session_setup_send(session,
					   transport->ev,
					   transport->conn,
					   transport->options.request_timeout *
						   1000,
					   session->smbXcli,
					   0,
					   0,
					   0,
					   0,
					   &token);

	if (req == NULL || !tevent_req_poll(req, transport->ev)) {
		return NT_STATUS_NO_MEMORY;
	}
	status = smb2cli_session_setup_recv(req, session, NULL, &challenge);
	talloc_free(req);
	return status;
}

static bool half_a_session(struct bed *bed)
{
	const struct login how = {.host = bed_option(bed, "address2"),
				  .only_connect = true};
	struct smb2_tree *tree = NULL;
	NTSTATUS status;

	if (how.host == NULL) {
		return false;
	}
	tree = bed_log_in(bed, bed->caller, &how);
	if (tree == NULL) {
		return false;
	}
	status = log_in_by_half(tree->session);
	if (!NT_STATUS_EQUAL(status, NT_STATUS_MORE_PROCESSING_REQUIRED)) {
		return FAIL(bed, "half a log-in gets %s", nt_errstr(status));
	}
	return caller_gets(bed, bed_client(bed, tree), NULL, ANSWER_NOT_FOUND);
}

#define CLIENT "The sessions of the client end ([MS-SRVS] 3.1.4.6)"
#define USER "The sessions of the user end ([MS-SRVS] 3.1.4.6)"

const struct rule matching_rules[] = {
	RULE(address, CLIENT),
	RULE(mapped_address,
	     "Addresses are not compared as text (torture:addresses)"),
	RULE(ipv6_address,
	     "Addresses are not compared as text (torture:addresses)"),
	RULE(other_address, CLIENT),
	RULE(one_of_two_clients, CLIENT),
	RULE(any_user_of_one_client, CLIENT),
	RULE(second_channel,
	     "A session matches by each of its channels ([MS-SMB2] 3.3.1.8)"),
	RULE(recorded_name, CLIENT),
	RULE(resolved_name, CLIENT),
	RULE(name_of_nobody, CLIENT),
	RULE(half_a_session,
	     "A session that is not valid yet does not match "
	     "([MS-SMB2] 3.3.4.12)"),
	RULE(what_is_listed,
	     "A session matches the names that NetrSessionEnum lists "
	     "([MS-SRVS] 3.1.4.5)"),
	RULE(user_in_any_case, USER),
	RULE(unicode_user_in_any_case, USER),
	RULE(user_in_domain, USER),
	RULE(user_at_realm, USER),
	RULE(other_user, USER),
	RULE(both_must_match,
	     "Client and user must both match ([MS-SRVS] 3.1.4.6)"),
	RULE(all_sessions_of_a_user, USER),
	{.name = NULL},
};
