/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The message that has smbd close a session. */

#include "close_request.h"

#include "librpc/gen_ndr/messaging.h"
#include "librpc/ndr/libndr.h"
#include "source3/include/messages.h"

NTSTATUS close_request_send(const struct session_table *table,
			    const struct session_target *target)
{
	struct smbXsrv_session_close wanted = {
		.old_session_global_id = target->key.global_id,
		.old_session_wire_id = target->key.wire_id,
		.old_creation_time = target->key.creation_time,
	};
	struct smbXsrv_session_closeB message = {
		.version = target->version,
		.info = {.SMBXSRV_INFO = &wanted},
	};
	DATA_BLOB blob = {.length = 0};
	enum ndr_err_code err;
	NTSTATUS status;

	err = ndr_push_struct_blob(&blob,
				   NULL,
				   &message,
				   (ndr_push_flags_fn_t)
					   ndr_push_smbXsrv_session_closeB);
	if (!NDR_ERR_CODE_IS_SUCCESS(err)) {
		return ndr_map_error2ntstatus(err);
	}
	status = messaging_send(session_table_messaging(table),
				target->owner,
				MSG_SMBXSRV_SESSION_CLOSE,
				&blob);
	data_blob_free(&blob);
	return status;
}
