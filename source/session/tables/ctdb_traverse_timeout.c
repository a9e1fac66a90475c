/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long CTDB walks over a database before it gives up. */

#include "ctdb_traverse_timeout.h"

#include <tdb.h>

#include "libcli/util/error.h"
#include "source3/include/ctdbd_conn.h"
#include "source3/lib/messages_ctdb.h"

/* CTDB_CONTROL_GET_TUNABLE of CTDB's protocol.h */
#define GET_TUNABLE 49

#define TUNABLE "TraverseTimeout"

/* A Samba that was built without cluster support does not have it. */
#pragma weak ctdbd_control_local

struct request {
	uint32_t length;
	char name[sizeof(TUNABLE)];
};

NTSTATUS ctdb_traverse_timeout_read(uint32_t *seconds)
{
	struct request request = {
		.length = sizeof(request.name),
		.name = TUNABLE,
	};
	const TDB_DATA indata = {
		.dptr = (uint8_t *)&request,
		.dsize = sizeof(request),
	};
	TDB_DATA outdata = {.dptr = NULL};
	int32_t result = 0;
	int err;

	if (ctdbd_control_local == NULL) {
		return NT_STATUS_NOT_SUPPORTED;
	}
	err = ctdbd_control_local(messaging_ctdb_connection(),
				  GET_TUNABLE,
				  0,
				  0,
				  indata,
				  NULL,
				  &outdata,
				  &result);
	if (err == 0 && (result != 0 || outdata.dsize != sizeof(*seconds))) {
		err = EIO;
	}
	if (err == 0) {
		memcpy(seconds, outdata.dptr, sizeof(*seconds));
	}
	talloc_free(outdata.dptr);
	return err == 0 ? NT_STATUS_OK : map_nt_error_from_unix_common(err);
}
