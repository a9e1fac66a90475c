/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order of a list. */

#ifndef SMBSESSION_SORT_H
#define SMBSESSION_SORT_H

#include <stdbool.h>

#include "source/client/session_list.h"

enum sort_key {
	SORT_USER,
	SORT_CLIENT,
	SORT_OPENS,
	SORT_CONNECTED,
	SORT_IDLE,
};

struct order {
	enum sort_key key;
	bool reverse;
};

/** Read the name of a key, such as "idle". Returns false if there is none. */
bool sort_key_read(const char *name, enum sort_key *key);

/** Sort sessions by the key, then by user and client. */
void sort_sessions(struct smbsession_info *sessions,
		   size_t count,
		   const struct order *order);

#endif
