/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The levels of a list of sessions, [MS-SRVS] 2.2.4.11 to 2.2.4.15. */

#include "session_info.h"

#include "lib/util/charset/charset.h"

/* [MS-SRVS] 2.2.2.3 */
#define SESS_GUEST 0x00000001

static uint32_t user_flags_of(const struct session_row *row)
{
	return row->guest ? SESS_GUEST : 0;
}

static void make_info_0(void *entry, const struct session_row *row)
{
	*(struct srvsvc_NetSessInfo0 *)entry =
		(struct srvsvc_NetSessInfo0){.client = row->client};
}

/* What 1, 2 and 502 have in common. */
#define INFO_1(row)                                       \
	.client = (row)->client, .user = (row)->user,     \
	.num_open = (row)->opens, .time = (row)->seconds, \
	.idle_time = (row)->idle, .user_flags = user_flags_of(row)

static void make_info_1(void *entry, const struct session_row *row)
{
	*(struct srvsvc_NetSessInfo1 *)entry =
		(struct srvsvc_NetSessInfo1){INFO_1(row)};
}

static void make_info_2(void *entry, const struct session_row *row)
{
	*(struct srvsvc_NetSessInfo2 *)entry = (struct srvsvc_NetSessInfo2){
		INFO_1(row),
		.client_type = row->client_type,
	};
}

static void make_info_10(void *entry, const struct session_row *row)
{
	*(struct srvsvc_NetSessInfo10 *)entry = (struct srvsvc_NetSessInfo10){
		.client = row->client,
		.user = row->user,
		.time = row->seconds,
		.idle_time = row->idle,
	};
}

static void make_info_502(void *entry, const struct session_row *row)
{
	*(struct srvsvc_NetSessInfo502 *)entry = (struct srvsvc_NetSessInfo502){
		INFO_1(row),
		.client_type = row->client_type,
		.transport = row->transport,
	};
}

struct level {
	uint32_t number;
	/* bytes of one entry: of SESSION_INFO_x, and in memory */
	uint32_t wire_size;
	size_t size;
	void (*make)(void *entry, const struct session_row *row);
	/* and times */
	bool has_user;
	bool has_opens;
	bool has_type;
	bool has_transport;
};

static const struct level levels[] = {
	{.number = 0,
	 .size = sizeof(struct srvsvc_NetSessInfo0),
	 .wire_size = 4,
	 .make = make_info_0},
	{.number = 1,
	 .size = sizeof(struct srvsvc_NetSessInfo1),
	 .wire_size = 24,
	 .make = make_info_1,
	 .has_user = true,
	 .has_opens = true},
	{.number = 2,
	 .size = sizeof(struct srvsvc_NetSessInfo2),
	 .wire_size = 28,
	 .make = make_info_2,
	 .has_user = true,
	 .has_opens = true,
	 .has_type = true},
	{.number = 10,
	 .size = sizeof(struct srvsvc_NetSessInfo10),
	 .wire_size = 16,
	 .make = make_info_10,
	 .has_user = true},
	{.number = 502,
	 .size = sizeof(struct srvsvc_NetSessInfo502),
	 .wire_size = 32,
	 .make = make_info_502,
	 .has_user = true,
	 .has_opens = true,
	 .has_type = true,
	 .has_transport = true},
};

static const struct level *find_level(uint32_t number)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (levels[i].number == number) {
			return &levels[i];
		}
	}
	return NULL;
}

bool session_info_has_level(uint32_t level)
{
	return find_level(level) != NULL;
}

struct session_fields session_info_fields(uint32_t level)
{
	const struct level *found = find_level(level);

	return (struct session_fields){
		.opens = found->has_opens,
		.idle = found->has_user,
	};
}

static size_t utf16_size(const char *text)
{
	return 2 * strlen_m_term(text);
}

size_t session_info_size(uint32_t level, const struct session_row *row)
{
	const struct level *found = find_level(level);
	size_t size = found->wire_size + utf16_size(row->client);

	if (found->has_user) {
		size += utf16_size(row->user);
	}
	if (found->has_type) {
		size += utf16_size(row->client_type);
	}
	if (found->has_transport) {
		size += utf16_size(row->transport);
	}
	return size;
}

/* *entries is NULL if there are none. */
static bool make_entries(TALLOC_CTX *mem_ctx,
			 const struct level *level,
			 const struct session_row *rows,
			 uint32_t num,
			 void **entries)
{
	char *made = NULL;

	*entries = NULL;
	if (num == 0) {
		return true;
	}
	made = talloc_array_size(mem_ctx, level->size, num);
	if (made == NULL) {
		return false;
	}
	for (uint32_t i = 0; i < num; i++) {
		level->make(made + i * level->size, &rows[i]);
	}
	*entries = made;
	return true;
}

/* The containers of all levels look alike, but each has its own type. */
#define ATTACH(mem_ctx, ctr, entries, num)                           \
	do {                                                         \
		(ctr) = talloc_zero_size((mem_ctx), sizeof(*(ctr))); \
		if ((ctr) == NULL) {                                 \
			return false;                                \
		}                                                    \
		(ctr)->count = (num);                                \
		(ctr)->array = (entries);                            \
		return true;                                         \
	} while (0)

bool session_info_fill(TALLOC_CTX *mem_ctx,
		       struct srvsvc_NetSessInfoCtr *ctr,
		       const struct session_row *rows,
		       uint32_t num)
{
	const struct level *level = find_level(ctr->level);
	void *entries = NULL;

	if (!make_entries(mem_ctx, level, rows, num, &entries)) {
		return false;
	}
	switch (level->number) {
	case 0:
		ATTACH(mem_ctx, ctr->ctr.ctr0, entries, num);
	case 1:
		ATTACH(mem_ctx, ctr->ctr.ctr1, entries, num);
	case 2:
		ATTACH(mem_ctx, ctr->ctr.ctr2, entries, num);
	case 10:
		ATTACH(mem_ctx, ctr->ctr.ctr10, entries, num);
	default:
		ATTACH(mem_ctx, ctr->ctr.ctr502, entries, num);
	}
}
