/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order of a list. */

#include "sort.h"

#include <stdlib.h>
#include <string.h>

#include <charset.h>

static const char *const names[] = {
	[SORT_USER] = "user",
	[SORT_CLIENT] = "client",
	[SORT_OPENS] = "opens",
	[SORT_CONNECTED] = "connected",
	[SORT_IDLE] = "idle",
};

bool sort_key_read(const char *name, enum sort_key *key)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], name) == 0) {
			*key = (enum sort_key)i;
			return true;
		}
	}
	return false;
}

static int compare_users(const struct smbsession_info *one,
			 const struct smbsession_info *other)
{
	const char *a = one->user != NULL ? one->user : "";
	const char *b = other->user != NULL ? other->user : "";
	int order = strcasecmp_m(a, b);

	return order != 0 ? order : strcmp(a, b);
}

/* 10.0.0.7 is before 10.0.0.21. */
static int compare_clients(const struct smbsession_info *one,
			   const struct smbsession_info *other)
{
	return strverscmp(one->client != NULL ? one->client : "",
			  other->client != NULL ? other->client : "");
}

static int compare_numbers(uint32_t one, uint32_t other)
{
	return (one > other) - (one < other);
}

static int compare_by_key(const struct smbsession_info *one,
			  const struct smbsession_info *other,
			  enum sort_key key)
{
	switch (key) {
	case SORT_CLIENT:
		return compare_clients(one, other);
	case SORT_OPENS:
		return compare_numbers(one->num_opens, other->num_opens);
	case SORT_CONNECTED:
		return compare_numbers(one->time, other->time);
	case SORT_IDLE:
		return compare_numbers(one->idle_time, other->idle_time);
	case SORT_USER:
		break;
	}
	return compare_users(one, other);
}

static int compare(const void *one, const void *other, void *private_data)
{
	const struct order *order = private_data;
	int result = compare_by_key(one, other, order->key);

	if (result == 0) {
		result = compare_users(one, other);
	}
	if (result == 0) {
		result = compare_clients(one, other);
	}
	return order->reverse ? -result : result;
}

void sort_sessions(struct smbsession_info *sessions,
		   size_t count,
		   const struct order *order)
{
	struct order copy = *order;

	if (count > 1) {
		qsort_r(sessions, count, sizeof(*sessions), compare, &copy);
	}
}
