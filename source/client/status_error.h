/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What libdcerpc's NTSTATUS means to the caller of this library. */

#ifndef SMBSESSION_STATUS_ERROR_H
#define SMBSESSION_STATUS_ERROR_H

#include "context.h"

/**
 * Note in the context why the connected server could not be reached or asked.
 *
 * @return the error code
 */
NET_API_STATUS status_error(struct smbsession_context *context,
			    NTSTATUS status);

#endif
