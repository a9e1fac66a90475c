/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Look up a name in a child process, which writes the addresses. */

#ifndef SESSIONDEL_CHILD_LOOKUP_H
#define SESSIONDEL_CHILD_LOOKUP_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "source/common/client_address.h"

/**
 * Look up a name in a child process.
 *
 * A thread would not do: a resolver loads modules into its process, such as
 * libnss_wins, which is Samba code that is not thread-safe; and a thread that
 * hangs in one of them cannot be ended. Freeing the request kills the child. If
 * the worker is killed, the child ends by itself.
 *
 * @param[in] mem_ctx  Owns the request.
 * @param[in] ev       Where to wait.
 * @param[in] start    Starts the child, see child_start(). It gets the name.
 * @param[in] name     The name; not used after this function returns.
 *
 * @return The request, NULL if out of memory.
 */
struct tevent_req *child_lookup_send(TALLOC_CTX *mem_ctx,
				     struct tevent_context *ev,
				     int (*start)(int link,
						  void *private_data,
						  pid_t *pid),
				     const char *name);

/**
 * @param[in,out] addresses  What was found is added; an unknown name has none.
 *
 * @return NT_STATUS_NO_MEMORY, or why the child could not be started.
 */
NTSTATUS child_lookup_recv(struct tevent_req *req,
			   struct client_addresses *addresses);

/**
 * Parse what the child wrote: lines that begin with an address.
 *
 * @param[in]     text       NUL-terminated. A last line without a newline is
 *                           ignored: half an address could be another one.
 * @param[in,out] addresses  The addresses are added.
 */
void child_lookup_parse(const char *text, struct client_addresses *addresses);

#endif
