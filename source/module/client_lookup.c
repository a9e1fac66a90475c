/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The addresses of a client's name, looked up when nothing matched the name. */

#include "client_lookup.h"

#include "source/session/resolve/name_lookup.h"

#include "module.h"
#include "session_lookup.h"

/*
 * A name that a matching session has on record means only that session, even if
 * the name resolves to other addresses.
 */
bool client_lookup_wanted(struct sessiondel_module *module,
			  const struct client_filter *client)
{
	return client_filter_can_resolve(client) &&
	       settings_read(&module->settings, SETTING_RESOLVE_NAMES);
}

struct tevent_req *client_lookup_send(TALLOC_CTX *mem_ctx,
				      struct tevent_context *ev,
				      struct sessiondel_module *module,
				      const struct client_filter *client)
{
	return name_lookup_send(mem_ctx,
				ev,
				client->name,
				settings_read(&module->settings,
					      SETTING_RESOLVE_TIMEOUT));
}

WERROR client_lookup_recv(struct tevent_req *req,
			  struct client_addresses *addresses)
{
	NTSTATUS status = name_lookup_recv(req, addresses);

	if (NT_STATUS_EQUAL(status, NT_STATUS_IO_TIMEOUT)) {
		return WERR_NERR_CLIENTNAMENOTFOUND;
	}
	if (!NT_STATUS_IS_OK(status)) {
		return session_lookup_fault(status);
	}
	return addresses->num != 0 ? WERR_OK : WERR_NERR_CLIENTNAMENOTFOUND;
}
