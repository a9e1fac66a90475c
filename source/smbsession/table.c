/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions as a table for people. */

#include "table.h"

#include <stdlib.h>
#include <string.h>

#include "screen.h"

enum column {
	COLUMN_CLIENT,
	COLUMN_USER,
	COLUMN_OPENS,
	COLUMN_CONNECTED,
	COLUMN_IDLE,
	COLUMN_GUEST,
	COLUMNS,
};

static const char *const headings[COLUMNS] =
	{"CLIENT", "USER", "OPENS", "CONNECTED", "IDLE", "GUEST"};

#define GAP 2
/* Names are not shortened to less. */
#define NAME_LEAST 8
/* [MS-SRVS] 2.2.2.3 SESS_GUEST */
#define SESSION_GUEST 1

struct row {
	char *cells[COLUMNS];
};

static bool is_right_aligned(enum column column)
{
	return column == COLUMN_OPENS || column == COLUMN_CONNECTED ||
	       column == COLUMN_IDLE;
}

/* Which levels tell what: [MS-SRVS] 2.2.4.12 to 2.2.4.16. */
static bool tells_time(uint32_t level)
{
	return level != 0;
}

static bool tells_opens(uint32_t level)
{
	return level != 0 && level != 10;
}

static char *time_cell(uint32_t level, uint32_t seconds)
{
	char text[16];

	screen_time(tells_time(level) ? seconds : SCREEN_NO_TIME, text);
	return strdup(text);
}

static char *opens_cell(uint32_t level, uint32_t opens)
{
	char text[16];

	if (!tells_opens(level)) {
		return strdup("-");
	}
	(void)snprintf(text, sizeof(text), "%u", opens);
	return strdup(text);
}

static struct row row_of(uint32_t level, const struct smbsession_info *session)
{
	bool guest = (session->user_flags & SESSION_GUEST) != 0;

	return (struct row){
		.cells = {
			[COLUMN_CLIENT] = screen_text(session->client),
			[COLUMN_USER] = session->user != NULL
						? screen_text(session->user)
						: strdup("-"),
			[COLUMN_OPENS] = opens_cell(level, session->num_opens),
			[COLUMN_CONNECTED] = time_cell(level, session->time),
			[COLUMN_IDLE] = time_cell(level, session->idle_time),
			[COLUMN_GUEST] = strdup(guest ? "guest" : ""),
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

static void free_rows(struct row *rows, size_t count)
{
	for (size_t i = 0; rows != NULL && i < count; i++) {
		for (int column = 0; column < COLUMNS; column++) {
			free(rows[i].cells[column]);
		}
	}
	free(rows);
}

static struct row *make_rows(const struct smbsession_list *list)
{
	struct row *rows = calloc(list->count + 1, sizeof(*rows));

	for (size_t i = 0; rows != NULL && i < list->count; i++) {
		rows[i] = row_of(list->level, &list->entries[i]);
		if (!is_complete(&rows[i])) {
			free_rows(rows, i + 1);
			return NULL;
		}
	}
	return rows;
}

static void measure(const struct row *rows, size_t count, size_t *widths)
{
	for (int column = 0; column < COLUMNS; column++) {
		widths[column] = strlen(headings[column]);
		for (size_t i = 0; i < count; i++) {
			size_t width = screen_width(rows[i].cells[column]);

			if (width > widths[column]) {
				widths[column] = width;
			}
		}
	}
}

static size_t total_of(const size_t *widths)
{
	size_t total = (size_t)GAP * (COLUMNS - 1);

	for (int column = 0; column < COLUMNS; column++) {
		total += widths[column];
	}
	return total;
}

/* Takes from the longer of the names, until all fits or both are short. */
static void squeeze(size_t *widths, size_t width)
{
	while (total_of(widths) > width) {
		size_t *longer = widths[COLUMN_USER] > widths[COLUMN_CLIENT]
					 ? &widths[COLUMN_USER]
					 : &widths[COLUMN_CLIENT];

		if (*longer <= NAME_LEAST) {
			return;
		}
		(*longer)--;
	}
}

static void print_cell(FILE *out,
		       const char *text,
		       size_t width,
		       enum column column)
{
	int padding = (int)(width - screen_width(text));

	if (column == COLUMNS - 1) {
		/* No blanks at the end of a line. */
		fprintf(out, "%s%s\n", text[0] != '\0' ? "  " : "", text);
		return;
	}
	if (column > 0) {
		fprintf(out, "%*s", GAP, "");
	}
	if (is_right_aligned(column)) {
		fprintf(out, "%*s%s", padding, "", text);
	} else {
		fprintf(out, "%s%*s", text, padding, "");
	}
}

static void print_row(FILE *out, struct row *row, const size_t *widths)
{
	for (int column = 0; column < COLUMNS; column++) {
		char *cell = row->cells[column];

		if (column <= COLUMN_USER) {
			screen_shorten(cell, widths[column]);
		}
		print_cell(out, cell, widths[column], column);
	}
}

bool table_print(FILE *out,
		 const struct smbsession_list *list,
		 unsigned int width)
{
	struct row *rows = make_rows(list);
	size_t widths[COLUMNS];

	if (rows == NULL) {
		return false;
	}
	measure(rows, list->count, widths);
	if (width > 0) {
		squeeze(widths, width);
	}
	for (int column = 0; column < COLUMNS; column++) {
		print_cell(out, headings[column], widths[column], column);
	}
	for (size_t i = 0; i < list->count; i++) {
		print_row(out, &rows[i], widths);
	}
	free_rows(rows, list->count);
	return true;
}
