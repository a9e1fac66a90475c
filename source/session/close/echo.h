/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a smbd of another node has taken up what it was sent before. */

#ifndef SESSIONDEL_ECHO_H
#define SESSIONDEL_ECHO_H

#include "source/common/samba_types.h"
#include <talloc.h>

#include "librpc/gen_ndr/server_id.h"

struct echoes;
struct messaging_context;

/**
 * Be ready to hear.
 *
 * @param[in] mem_ctx  Owns the echoes.
 * @param[in] msg_ctx  Whose main event context must run while one waits.
 *
 * @return NULL without memory.
 */
struct echoes *echoes_create(TALLOC_CTX *mem_ctx,
			     struct messaging_context *msg_ctx);

/**
 * Ask a process for an echo. What it was sent before arrives before that.
 *
 * @param[in] whole_node  Whichever of Samba's processes on the owner's node
 *                        may answer, because this one is dead.
 *
 * @return NT_STATUS_NO_MEMORY, or why it could not be asked.
 */
NTSTATUS echoes_ask(struct echoes *echoes,
		    const struct server_id *owner,
		    bool whole_node);

/* As if nobody had been asked. */
void echoes_forget(struct echoes *echoes);

/* What became of the last question. */
enum echo_state {
	ECHO_NOT_ASKED,
	ECHO_ASKED,
	ECHO_ASKED_NODE,
	ECHO_HEARD,
};

/**
 * @param[out] age  Seconds and microseconds since it was asked; may be NULL.
 */
enum echo_state echoes_state(const struct echoes *echoes,
			     const struct server_id *owner,
			     struct timeval *age);

#endif
