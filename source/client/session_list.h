/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a list of sessions consists of. Only the library and the command line
 * see this, so it can change. */

#ifndef SMBSESSION_SESSION_LIST_H
#define SMBSESSION_SESSION_LIST_H

#include "smbsession.h"

struct smbsession_list {
	/* 502, 2, 1, 10 or 0: which fields of the entries are set */
	uint32_t level;
	size_t count;
	struct smbsession_info *entries;
};

#endif
