/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decode a record of smbd's session table. */

#include "session_record.h"

#include "lib/util/byteorder.h"
#include "librpc/gen_ndr/auth.h"

#include "record_pull.h"

/*
 * Samba's own decoder allocated these structs, so another size means another
 * layout. Point releases have changed it before.
 */
static bool layout_fits(const struct smbXsrv_session_global *session)
{
	const struct auth_session_info *auth = session->auth_session_info;

	if (talloc_get_size(session) != sizeof(*session) ||
	    talloc_get_size(session->channels) !=
		    session->num_channels * sizeof(*session->channels)) {
		return false;
	}
	if (auth == NULL) {
		return true;
	}
	return talloc_get_size(auth) == sizeof(*auth) &&
	       (auth->info == NULL ||
		talloc_get_size(auth->info) == sizeof(*auth->info)) &&
	       (auth->unix_info == NULL ||
		talloc_get_size(auth->unix_info) == sizeof(*auth->unix_info));
}

/*
 * smbd itself writes records that cannot be decoded: a session whose last
 * channel is gone while its requests still run has no channels, and the decoder
 * requires at least one.
 */
NTSTATUS session_record_decode(TALLOC_CTX *mem_ctx,
			       TDB_DATA value,
			       struct smbXsrv_session_globalB *record)
{
	NTSTATUS status = record_pull(mem_ctx,
				      value,
				      (ndr_pull_flags_fn_t)
					      ndr_pull_smbXsrv_session_globalB,
				      record);

	if (!NT_STATUS_IS_OK(status)) {
		return status;
	}
	if (record->version != SMBXSRV_VERSION_CURRENT ||
	    record->info.SMBXSRV_INFO == NULL) {
		return NT_STATUS_INTERNAL_DB_CORRUPTION;
	}
	if (!layout_fits(record->info.SMBXSRV_INFO)) {
		return NT_STATUS_REVISION_MISMATCH;
	}
	return NT_STATUS_OK;
}

/* Addresses have a family. */
static bool has_channel(TDB_DATA value)
{
	return memmem(value.dptr, value.dsize, "ipv4:", 5) != NULL ||
	       memmem(value.dptr, value.dsize, "ipv6:", 5) != NULL;
}

/* The record of an smbd's session has its unique id in it. */
bool session_record_may_be_of(TDB_DATA value, const struct server_id *smbd)
{
	uint8_t unique_id[8];

	SBVAL(unique_id, 0, smbd->unique_id);
	return memmem(value.dptr, value.dsize, unique_id, sizeof(unique_id)) !=
		       NULL ||
	       !has_channel(value);
}
