/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long CTDB walks over a database before it gives up. */

#ifndef SESSIONDEL_CTDB_TRAVERSE_TIMEOUT_H
#define SESSIONDEL_CTDB_TRAVERSE_TIMEOUT_H

#include "source/common/samba_types.h"
#include <talloc.h>

#include "libcli/util/ntstatus.h"

/**
 * Ask this node's ctdbd for its tunable TraverseTimeout. When a walk takes that
 * long, CTDB ends it early and still reports success.
 *
 * @param[out] seconds  The limit; valid only with NT_STATUS_OK.
 *
 * @return NT_STATUS_NO_MEMORY, NT_STATUS_NOT_SUPPORTED if this Samba was built
 *         without cluster support, or why ctdbd cannot be asked.
 */
NTSTATUS ctdb_traverse_timeout_read(uint32_t *seconds);

#endif
