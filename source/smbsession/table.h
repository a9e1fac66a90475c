/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions as a table for people. */

#ifndef SMBSESSION_TABLE_H
#define SMBSESSION_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "source/client/session_list.h"

/**
 * Write a table with a heading.
 *
 * @param[in] width  columns to fit into, by shortening long names; 0: no
 *                   limit
 *
 * @return false when out of memory
 */
bool table_print(FILE *out,
		 const struct smbsession_list *list,
		 unsigned int width);

#endif
