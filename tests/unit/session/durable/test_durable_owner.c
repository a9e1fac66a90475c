/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/session/durable/durable_owner.c: whose an open was. */

#include "tests/unit/table.h"

#include "source/session/durable/durable_owner.h"

/* Times in units of 100 ns. */
#define MS 10000

struct row {
	const char *name;
	struct durable_owner owner;
	NTTIME disconnected;
	enum durable_claim claim;
};

static const struct row rows[] = {
	{
		.name = "nobody else there, session there",
		.owner = {.awaited = true, .seen = 5000 * MS},
		.disconnected = 1000 * MS,
		.claim = DURABLE_TARGETS,
	},
	{
		.name = "nobody else there, session gone",
		.owner = {.seen = 5000 * MS, .gone = 5001 * MS},
		.disconnected = 1000 * MS,
		.claim = DURABLE_TARGETS,
	},
	{
		.name = "another gone, session there",
		.owner = {.awaited = true,
			  .seen = 5000 * MS,
			  .other_gone = true},
		.disconnected = 4999 * MS,
		.claim = DURABLE_UNDECIDED,
	},
	{
		.name = "both gone, just before the session",
		.owner = {.seen = 5000 * MS,
			  .gone = 5050 * MS,
			  .other_gone = true},
		.disconnected = 4900 * MS,
		.claim = DURABLE_TARGETS,
	},
	{
		.name = "both gone, long before the session",
		.owner = {.seen = 5000 * MS,
			  .gone = 5050 * MS,
			  .other_gone = true},
		.disconnected = 4900 * MS - 1,
		.claim = DURABLE_OTHERS,
	},
	{
		.name = "both gone, when the session was seen to be",
		.owner = {.seen = 5000 * MS,
			  .gone = 5050 * MS,
			  .other_gone = true},
		.disconnected = 5050 * MS,
		.claim = DURABLE_TARGETS,
	},
	{
		.name = "both gone, after the session",
		.owner = {.seen = 5000 * MS,
			  .gone = 5050 * MS,
			  .other_gone = true},
		.disconnected = 5050 * MS + 1,
		.claim = DURABLE_OTHERS,
	},
};

static void check_owner(void **state)
{
	const struct row *row = *state;

	assert_int_equal(durable_owner_claim(&row->owner, row->disconnected),
			 row->claim);
}

int main(void)
{
	static struct table table;

	TABLE_ADD(&table, rows, check_owner);
	return table_run(&table, "durable_owner");
}
