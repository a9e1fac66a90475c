/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the level of a list says: [MS-SRVS] 2.2.4.12 to 2.2.4.16. */

#ifndef SMBSESSION_LEVEL_H
#define SMBSESSION_LEVEL_H

#include <stdbool.h>
#include <stdint.h>

/** Does it have the time since the logon? */
bool level_has_time(uint32_t level);

/** Does it have the number of open files, and whether the user is a guest? */
bool level_has_opens(uint32_t level);

/** Does it have the idle time? */
bool level_has_idle_time(uint32_t level);

/** Does a server with this as its best level end whole connections, with the
 * sessions of everybody on them? */
bool level_ends_connections(uint32_t level);

#endif
