/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long CTDB walks over a database before it gives up and does not say. */

#include "ctdb_traverse_timeout.h"

#include <tdb.h>

#include "libcli/util/error.h"
#include "source3/include/ctdbd_conn.h"
#include "source3/lib/messages_ctdb.h"

/* CTDB_CONTROL_GET_TUNABLE of CTDB's protocol.h */
#define GET_TUNABLE 49

#define TUNABLE "TraverseTimeout"

struct question {
	uint32_t length;
	char name[sizeof(TUNABLE)];
};

NTSTATUS ctdb_traverse_timeout_read(uint32_t *seconds)
{
	struct question question = {
		.length = sizeof(question.name),
		.name = TUNABLE,
	};
	const TDB_DATA asked = {
		.dptr = (uint8_t *)&question,
		.dsize = sizeof(question),
	};
	TDB_DATA answer = {.dptr = NULL};
	int32_t result = 0;
	int err = ctdbd_control_local(messaging_ctdb_connection(),
				      GET_TUNABLE,
				      0,
				      0,
				      asked,
				      NULL,
				      &answer,
				      &result);

	if (err == 0 && (result != 0 || answer.dsize != sizeof(*seconds))) {
		err = EIO;
	}
	if (err == 0) {
		memcpy(seconds, answer.dptr, sizeof(*seconds));
	}
	talloc_free(answer.dptr);
	return err == 0 ? NT_STATUS_OK : map_nt_error_from_unix_common(err);
}
