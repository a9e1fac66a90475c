/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions as a table for people. */

#ifndef SMBSESSION_TABLE_H
#define SMBSESSION_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "source/client/session_list.h"

enum column {
	COLUMN_CLIENT,
	COLUMN_USER,
	COLUMN_OPENS,
	COLUMN_CONNECTED,
	COLUMN_IDLE,
	COLUMN_GUEST,
	COLUMN_TYPE,
	COLUMNS,
};

struct layout {
	/* What the user wants to see. None: what there is room for. */
	enum column columns[COLUMNS];
	size_t count;
	bool no_header;
};

/**
 * Read names of columns with commas between them, such as "user,idle".
 *
 * @return NULL, or what is wrong, to follow the names in a sentence
 */
const char *table_columns_read(const char *names, struct layout *layout);

/**
 * Write a table.
 *
 * @param[in] width  columns of the terminal to fit into, by leaving out what is
 *                   worth least and by shortening long names; 0: no limit
 *
 * @return false when out of memory
 */
bool table_print(FILE *out,
		 const struct smbsession_list *list,
		 const struct layout *layout,
		 unsigned int width);

#endif
