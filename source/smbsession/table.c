/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions as a table for people. */

#include "table.h"

#include <stdlib.h>
#include <string.h>

#include "level.h"
#include "screen.h"

enum column {
	COLUMN_CLIENT,
	COLUMN_USER,
	COLUMN_OPENS,
	COLUMN_CONNECTED,
	COLUMN_IDLE,
	COLUMN_GUEST,
	/* Only if the server sent any, and there is room. */
	COLUMN_TYPE,
	COLUMNS,
};

static const char *const headings[COLUMNS] =
	{"CLIENT", "USER", "OPENS", "CONNECTED", "IDLE", "GUEST", "TYPE"};

#define GAP 2
/* Names are not shortened further than this. */
#define NAME_LEAST 8
/* Room for the dialect of SMB and "...", but not for all that follows it. */
#define TYPE_LEAST 12
/* [MS-SRVS] 2.2.2.3 SESS_GUEST */
#define SESSION_GUEST 1

struct row {
	char *cells[COLUMNS];
};

/* The rows, and how many of their columns are shown. */
struct table {
	struct row *rows;
	size_t count;
	int columns;
	size_t widths[COLUMNS];
};

static bool is_right_aligned(enum column column)
{
	return column == COLUMN_OPENS || column == COLUMN_CONNECTED ||
	       column == COLUMN_IDLE;
}

static char *time_cell(bool known, uint32_t seconds)
{
	char text[16];

	screen_time(known ? seconds : SCREEN_NO_TIME, text);
	return strdup(text);
}

static char *opens_cell(uint32_t level, uint32_t opens)
{
	char text[16];

	if (!level_has_opens(level)) {
		return strdup("-");
	}
	(void)snprintf(text, sizeof(text), "%u", opens);
	return strdup(text);
}

static struct row make_row(uint32_t level,
			   const struct smbsession_info *session)
{
	bool guest = (session->user_flags & SESSION_GUEST) != 0;

	return (struct row){
		.cells = {
			[COLUMN_CLIENT] = screen_text(session->client),
			[COLUMN_USER] = session->user != NULL
						? screen_text(session->user)
						: strdup("-"),
			[COLUMN_OPENS] = opens_cell(level, session->num_opens),
			[COLUMN_CONNECTED] =
				time_cell(level_has_time(level), session->time),
			[COLUMN_IDLE] = time_cell(level_has_idle_time(level),
						  session->idle_time),
			[COLUMN_GUEST] = strdup(guest ? "guest" : ""),
			[COLUMN_TYPE] = screen_text(session->client_type),
		}};
}

static bool is_complete(const struct row *row)
{
	for (int column = 0; column < COLUMNS; column++) {
		if (row->cells[column] == NULL) {
			return false;
		}
	}
	return true;
}

static void free_rows(struct table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		for (int column = 0; column < COLUMNS; column++) {
			free(table->rows[i].cells[column]);
		}
	}
	free(table->rows);
}

static bool make_rows(struct table *table, const struct smbsession_list *list)
{
	table->rows = calloc(list->count + 1, sizeof(*table->rows));
	if (table->rows == NULL) {
		return false;
	}
	table->columns = COLUMN_TYPE;
	for (size_t i = 0; i < list->count; i++) {
		struct row *row = &table->rows[table->count++];

		*row = make_row(list->level, &list->entries[i]);
		if (!is_complete(row)) {
			return false;
		}
		if (row->cells[COLUMN_TYPE][0] != '\0') {
			table->columns = COLUMNS;
		}
	}
	return true;
}

static void measure_columns(struct table *table)
{
	for (int column = 0; column < table->columns; column++) {
		size_t *widest = &table->widths[column];

		*widest = strlen(headings[column]);
		for (size_t i = 0; i < table->count; i++) {
			size_t width =
				screen_width(table->rows[i].cells[column]);

			if (width > *widest) {
				*widest = width;
			}
		}
	}
}

static size_t total_width(const struct table *table)
{
	size_t total = (size_t)GAP * (size_t)(table->columns - 1);

	for (int column = 0; column < table->columns; column++) {
		total += table->widths[column];
	}
	return total;
}

/* Shortens the type and then drops it, then shortens the longer name until all
 * fits or both are short. */
static void shrink_to_width(struct table *table, size_t width)
{
	size_t *client = &table->widths[COLUMN_CLIENT];
	size_t *user = &table->widths[COLUMN_USER];
	size_t *type = &table->widths[COLUMN_TYPE];

	while (total_width(table) > width && *type > TYPE_LEAST &&
	       table->columns > COLUMN_TYPE) {
		(*type)--;
	}
	if (total_width(table) > width) {
		table->columns = COLUMN_TYPE;
	}
	while (total_width(table) > width) {
		size_t *longer = *user > *client ? user : client;

		if (*longer <= NAME_LEAST) {
			return;
		}
		(*longer)--;
	}
}

/* An empty cell becomes padding of the next one that is not, so that no line
 * ends in blanks. */
static void print_line(FILE *out,
		       const struct table *table,
		       const char *const cells[])
{
	size_t padding = 0;

	for (int column = 0; column < table->columns; column++) {
		size_t room =
			table->widths[column] - screen_width(cells[column]);
		size_t before = is_right_aligned(column) ? room : 0;

		if (cells[column][0] != '\0') {
			fprintf(out,
				"%*s%s",
				(int)(padding + before),
				"",
				cells[column]);
			padding = 0;
			room -= before;
		}
		padding += room + GAP;
	}
	(void)fputc('\n', out);
}

static void print_rows(FILE *out, const struct table *table)
{
	print_line(out, table, headings);
	for (size_t i = 0; i < table->count; i++) {
		struct row *row = &table->rows[i];

		for (int column = 0; column < table->columns; column++) {
			screen_shorten(row->cells[column],
				       table->widths[column]);
		}
		print_line(out, table, (const char *const *)row->cells);
	}
}

bool table_print(FILE *out,
		 const struct smbsession_list *list,
		 unsigned int width)
{
	struct table table = {.count = 0};
	bool ok = make_rows(&table, list);

	if (ok) {
		measure_columns(&table);
		if (width > 0) {
			shrink_to_width(&table, width);
		}
		print_rows(out, &table);
	}
	free_rows(&table);
	return ok;
}
