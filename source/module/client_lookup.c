/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The addresses of the client that a call names. */

#include "client_lookup.h"

#include "source/session/resolve/name_lookup.h"

#include "call_work.h"
#include "module.h"

bool client_lookup_wanted(struct sessiondel_module *module,
			  const struct client_filter *client)
{
	return client_filter_can_resolve(client) &&
	       settings_read(&module->settings, SETTING_RESOLVE_NAMES);
}

struct tevent_req *client_lookup_send(TALLOC_CTX *mem_ctx,
				      struct tevent_context *ev,
				      struct sessiondel_module *module,
				      const struct client_filter *client,
				      bool sure_only)
{
	return name_lookup_send(mem_ctx,
				ev,
				client->name,
				sure_only,
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
		return call_work_fault(status);
	}
	return addresses->num != 0 ? WERR_OK : WERR_NERR_CLIENTNAMENOTFOUND;
}
