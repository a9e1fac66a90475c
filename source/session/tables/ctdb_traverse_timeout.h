/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long CTDB walks over a database before it gives up and does not say. */

#ifndef SESSIONDEL_CTDB_TRAVERSE_TIMEOUT_H
#define SESSIONDEL_CTDB_TRAVERSE_TIMEOUT_H

#include "source/common/samba_types.h"
#include <talloc.h>

#include "libcli/util/ntstatus.h"

/**
 * CTDB's tunable TraverseTimeout, as this node's ctdbd has it now. A walk that
 * took as long may have been given up: CTDB tells of that as of its end.
 *
 * @param[out] seconds  Valid only with NT_STATUS_OK.
 *
 * @return NT_STATUS_NO_MEMORY, or why ctdbd cannot be asked.
 */
NTSTATUS ctdb_traverse_timeout_read(uint32_t *seconds);

#endif
