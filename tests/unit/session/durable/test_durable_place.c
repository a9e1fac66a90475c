/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/session/durable/durable_place.c: whose a disconnected open
 * is. */

#include "tests/unit/table.h"

#include "source/session/durable/durable_place.h"

/* Times in units of 100 ns. */
#define MS 10000

struct row {
	const char *name;
	struct durable_place place;
	NTTIME disconnected;
	enum durable_owner owner;
};

static const struct row rows[] = {
	{
		.name = "nobody else there, session there",
		.place = {.awaited = true, .seen = 5000 * MS},
		.disconnected = 1000 * MS,
		.owner = DURABLE_TARGETS,
	},
	{
		.name = "nobody else there, session gone",
		.place = {.seen = 5000 * MS, .gone = 5001 * MS},
		.disconnected = 1000 * MS,
		.owner = DURABLE_TARGETS,
	},
	{
		.name = "another gone, session there",
		.place = {.awaited = true,
			  .seen = 5000 * MS,
			  .other_gone = true},
		.disconnected = 4999 * MS,
		.owner = DURABLE_UNDECIDED,
	},
	{
		.name = "both gone, just before the session",
		.place = {.seen = 5000 * MS,
			  .gone = 5050 * MS,
			  .other_gone = true},
		.disconnected = 4900 * MS,
		.owner = DURABLE_TARGETS,
	},
	{
		.name = "both gone, long before the session",
		.place = {.seen = 5000 * MS,
			  .gone = 5050 * MS,
			  .other_gone = true},
		.disconnected = 4900 * MS - 1,
		.owner = DURABLE_OTHERS,
	},
	{
		.name = "both gone, when the session was seen to be",
		.place = {.seen = 5000 * MS,
			  .gone = 5050 * MS,
			  .other_gone = true},
		.disconnected = 5050 * MS,
		.owner = DURABLE_TARGETS,
	},
	{
		.name = "both gone, after the session",
		.place = {.seen = 5000 * MS,
			  .gone = 5050 * MS,
			  .other_gone = true},
		.disconnected = 5050 * MS + 1,
		.owner = DURABLE_OTHERS,
	},
};

static void check_owner(void **state)
{
	const struct row *row = *state;

	assert_int_equal(durable_place_owner(&row->place, row->disconnected),
			 row->owner);
}

int main(void)
{
	static struct table table;

	TABLE_ADD(&table, rows, check_owner);
	return table_run(&table, "durable_place");
}
