/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the level of a list says: [MS-SRVS] 2.2.4.12 to 2.2.4.16. */

#include "level.h"

/* Only Samba without the plugin has no better level than this one. It always
 * says 0 for the idle time. */
#define STOCK_SAMBA 1

bool level_has_time(uint32_t level)
{
	return level != 0;
}

bool level_has_opens(uint32_t level)
{
	return level != 0 && level != 10;
}

bool level_has_idle_time(uint32_t level)
{
	return level_has_time(level) && level != STOCK_SAMBA;
}

bool level_ends_connections(uint32_t level)
{
	return level == STOCK_SAMBA;
}
