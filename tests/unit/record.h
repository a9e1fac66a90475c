/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Session records for tests, encoded by Samba's own NDR. */

#ifndef SESSIONDEL_TESTS_RECORD_H
#define SESSIONDEL_TESTS_RECORD_H

#include <tdb.h>

#include "librpc/gen_ndr/auth.h"
#include "source/common/samba_records.h"
#include "librpc/ndr/libndr.h"

/* What a record holds. Names may be NULL, except for those of channels. */
struct record {
	uint32_t id;
	bool authenticated;
	struct GUID token;
	/* of the user's SID */
	uint32_t rid;
	const char *account;
	const char *domain;
	const char *dns_domain;
	const char *upn;
	const char *unix_name;
	/* for %U */
	const char *login;
	/* of all channels */
	struct server_id owner;
	struct record_channel {
		const char *address;
		const char *name;
	} channels[2];
	size_t num_channels;
};

/**
 * The record's bytes, without the header of dbwrap's watchers.
 *
 * @param[in] mem_ctx  Owns them.
 *
 * @return Nothing (dsize is 0) if NDR refuses a name, such as one that is not
 *         UTF-8.
 */
static inline TDB_DATA record_encode(TALLOC_CTX *mem_ctx,
				     const struct record *record)
{
	struct auth_user_info info = {
		.account_name = record->account,
		.domain_name = record->domain,
		.dns_domain_name = record->dns_domain,
		.user_principal_name = record->upn,
	};
	struct auth_user_info_unix unix_info = {
		.unix_name = record->unix_name,
		.sanitized_username = record->login,
	};
	struct dom_sid sid = {
		.sid_rev_num = 1,
		.num_auths = 1,
		.sub_auths = {record->rid},
	};
	struct security_token token = {.num_sids = 1, .sids = &sid};
	struct auth_session_info auth = {
		.security_token = &token,
		.info = &info,
		.unix_info = &unix_info,
		.unique_session_token = record->token,
	};
	struct smbXsrv_channel_global channels[2] = {{.channel_id = 0}};
	struct smbXsrv_session_global session = {
		.session_global_id = record->id,
		.session_wire_id = record->id,
		.auth_session_info = record->authenticated ? &auth : NULL,
		.num_channels = record->num_channels,
		.channels = channels,
	};
	struct smbXsrv_session_globalB blob = {
		.version = SMBXSRV_VERSION_CURRENT,
		.info = {.SMBXSRV_INFO = &session},
	};
	DATA_BLOB bytes = {.length = 0};

	for (size_t i = 0; i < record->num_channels; i++) {
		channels[i].server_id = record->owner;
		channels[i].local_address = "ipv4:10.0.0.1:445";
		channels[i].remote_address = record->channels[i].address;
		channels[i].remote_name = record->channels[i].name;
	}
	if (!NDR_ERR_CODE_IS_SUCCESS(ndr_push_struct_blob(
		    &bytes,
		    mem_ctx,
		    &blob,
		    (ndr_push_flags_fn_t)ndr_push_smbXsrv_session_globalB))) {
		return (TDB_DATA){.dsize = 0};
	}
	return (TDB_DATA){.dptr = bytes.data, .dsize = bytes.length};
}

#endif
