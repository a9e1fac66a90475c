/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions as a table for people. */

#include "table.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "duration.h"
#include "level.h"
#include "screen.h"

static const char *const headings[COLUMNS] =
	{"CLIENT", "USER", "OPENS", "CONNECTED", "IDLE", "GUEST", "TYPE"};

/* What is left out first if there is no room. */
static const enum column worthless[] = {COLUMN_TYPE,
					COLUMN_GUEST,
					COLUMN_CONNECTED,
					COLUMN_OPENS,
					COLUMN_IDLE};

#define GAP 2
/* Names are not shortened further than this to keep a column: \\ and an IPv4
 * address. */
#define NAME_GOOD 17
/* Nor further than this at all: the headings fit. */
#define NAME_LEAST 6
/* Room for the dialect of SMB and "...", but not for all that follows it. */
#define TYPE_LEAST 12
/* [MS-SRVS] 2.2.2.3 SESS_GUEST */
#define SESSION_GUEST 1

struct row {
	char *cells[COLUMNS];
};

/* The rows, and which of their columns are shown. */
struct table {
	struct row *rows;
	size_t count;
	enum column columns[COLUMNS];
	size_t column_count;
	size_t widths[COLUMNS];
};

static bool is_right_aligned(enum column column)
{
	return column == COLUMN_OPENS || column == COLUMN_CONNECTED ||
	       column == COLUMN_IDLE;
}

static bool find_column(const char *name, size_t length, enum column *column)
{
	for (int i = 0; i < COLUMNS; i++) {
		if (strlen(headings[i]) == length &&
		    strncasecmp(headings[i], name, length) == 0) {
			*column = (enum column)i;
			return true;
		}
	}
	return false;
}

static bool has_column(const enum column *columns,
		       size_t count,
		       enum column column)
{
	for (size_t i = 0; i < count; i++) {
		if (columns[i] == column) {
			return true;
		}
	}
	return false;
}

const char *table_columns_read(const char *names, struct layout *layout)
{
	enum column column = COLUMN_CLIENT;
	size_t length = 0;

	layout->count = 0;
	for (;; names += length + 1) {
		length = strcspn(names, ",");
		if (!find_column(names, length, &column)) {
			return "is not some of client, user, opens, "
			       "connected, idle, guest and type";
		}
		if (has_column(layout->columns, layout->count, column)) {
			return "has a column twice";
		}
		layout->columns[layout->count++] = column;
		if (names[length] == '\0') {
			return NULL;
		}
	}
}

static char *time_cell(bool known, uint32_t seconds)
{
	char text[24];

	duration_write(known ? seconds : DURATION_UNKNOWN, text);
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

static char *guest_cell(uint32_t level, uint32_t flags)
{
	if (!level_has_opens(level)) {
		return strdup("-");
	}
	return strdup((flags & SESSION_GUEST) != 0 ? "yes" : "no");
}

/* No cell is empty, so that awk(1) finds each in its place. */
static char *text_cell(const char *text)
{
	return text != NULL && text[0] != '\0' ? screen_text(text)
					       : strdup("-");
}

static struct row make_row(uint32_t level,
			   const struct smbsession_info *session)
{
	return (struct row){
		.cells = {
			[COLUMN_CLIENT] = text_cell(session->client),
			[COLUMN_USER] = text_cell(session->user),
			[COLUMN_OPENS] = opens_cell(level, session->num_opens),
			[COLUMN_CONNECTED] =
				time_cell(level_has_time(level), session->time),
			[COLUMN_IDLE] = time_cell(level_has_idle_time(level),
						  session->idle_time),
			[COLUMN_GUEST] = guest_cell(level, session->user_flags),
			[COLUMN_TYPE] = text_cell(session->client_type),
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
	for (size_t i = 0; i < list->count; i++) {
		struct row *row = &table->rows[table->count++];

		*row = make_row(list->level, &list->entries[i]);
		if (!is_complete(row)) {
			return false;
		}
	}
	return true;
}

/* Did the server send the type of any client? */
static bool has_types(const struct smbsession_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *type = list->entries[i].client_type;

		if (type != NULL && type[0] != '\0') {
			return true;
		}
	}
	return false;
}

static void choose_columns(struct table *table,
			   const struct smbsession_list *list,
			   const struct layout *layout)
{
	int count = has_types(list) ? COLUMNS : COLUMN_TYPE;

	for (size_t i = 0; i < layout->count; i++) {
		table->columns[table->column_count++] = layout->columns[i];
	}
	for (int column = 0; layout->count == 0 && column < count; column++) {
		table->columns[table->column_count++] = (enum column)column;
	}
}

static void measure_columns(struct table *table, bool header)
{
	for (int column = 0; column < COLUMNS; column++) {
		size_t *widest = &table->widths[column];

		*widest = header ? strlen(headings[column]) : 0;
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
	size_t total = (size_t)GAP * (table->column_count - 1);

	for (size_t i = 0; i < table->column_count; i++) {
		total += table->widths[table->columns[i]];
	}
	return total;
}

static bool is_shown(const struct table *table, enum column column)
{
	return has_column(table->columns, table->column_count, column);
}

static void drop_column(struct table *table, enum column column)
{
	size_t kept = 0;

	for (size_t i = 0; i < table->column_count; i++) {
		if (table->columns[i] != column) {
			table->columns[kept++] = table->columns[i];
		}
	}
	table->column_count = kept;
}

/* Of the names that are shown, the wider one. NULL: none is wider than least.
 */
static size_t *wider_name(struct table *table, size_t least)
{
	size_t *client = &table->widths[COLUMN_CLIENT];
	size_t *user = &table->widths[COLUMN_USER];
	bool has_client = is_shown(table, COLUMN_CLIENT) && *client > least;
	bool has_user = is_shown(table, COLUMN_USER) && *user > least;

	if (has_client && (!has_user || *client >= *user)) {
		return client;
	}
	return has_user ? user : NULL;
}

/* Shortens the type, and then the longer name, until all fits or nothing can be
 * shortened. Returns whether it fits. */
static bool shorten(struct table *table, size_t width, size_t name_least)
{
	size_t *type = &table->widths[COLUMN_TYPE];
	size_t *name = wider_name(table, name_least);

	while (total_width(table) > width && *type > TYPE_LEAST &&
	       is_shown(table, COLUMN_TYPE)) {
		(*type)--;
	}
	while (total_width(table) > width && name != NULL) {
		(*name)--;
		name = wider_name(table, name_least);
	}
	return total_width(table) <= width;
}

static void fit_into(struct table *table,
		     size_t width,
		     const struct layout *layout)
{
	size_t droppable = sizeof(worthless) / sizeof(worthless[0]);
	bool fits = layout->count == 0 && shorten(table, width, NAME_GOOD);

	for (size_t i = 0; layout->count == 0 && !fits && i < droppable; i++) {
		drop_column(table, worthless[i]);
		/* There may be room for longer names again. */
		measure_columns(table, !layout->no_header);
		fits = shorten(table, width, NAME_GOOD);
	}
	if (!fits) {
		(void)shorten(table, width, NAME_LEAST);
	}
}

/* No line ends in blanks. */
static void print_line(FILE *out,
		       const struct table *table,
		       const char *const cells[])
{
	size_t padding = 0;

	for (size_t i = 0; i < table->column_count; i++) {
		enum column column = table->columns[i];
		size_t room =
			table->widths[column] - screen_width(cells[column]);
		size_t before = is_right_aligned(column) ? room : 0;

		fprintf(out,
			"%*s%s",
			(int)(padding + before),
			"",
			cells[column]);
		padding = room - before + GAP;
	}
	(void)fputc('\n', out);
}

static void print_rows(FILE *out, const struct table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		struct row *row = &table->rows[i];

		for (size_t j = 0; j < table->column_count; j++) {
			enum column column = table->columns[j];

			screen_shorten(row->cells[column],
				       table->widths[column]);
		}
		print_line(out, table, (const char *const *)row->cells);
	}
}

bool table_print(FILE *out,
		 const struct smbsession_list *list,
		 const struct layout *layout,
		 unsigned int width)
{
	struct table table = {.count = 0};
	bool ok = make_rows(&table, list);

	if (ok) {
		choose_columns(&table, list, layout);
		measure_columns(&table, !layout->no_header);
		if (width > 0) {
			fit_into(&table, width, layout);
		}
		if (!layout->no_header) {
			print_line(out, &table, headings);
		}
		print_rows(out, &table);
	}
	free_rows(&table);
	return ok;
}
