/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The targets of a call: the sessions that it closes, each with its fate. */

#include "targets.h"

/* Make room for one more target. A full array doubles its size. */
static bool make_room(TALLOC_CTX *mem_ctx, struct session_targets *targets)
{
	struct session_target *list = targets->list;

	if (targets->num < talloc_array_length(list)) {
		return true;
	}
	list = talloc_realloc(mem_ctx,
			      list,
			      struct session_target,
			      targets->num != 0 ? 2 * targets->num : 4);
	if (list == NULL) {
		return false;
	}
	targets->list = list;
	return true;
}

bool session_targets_add(TALLOC_CTX *mem_ctx,
			 struct session_targets *targets,
			 const struct session_target *target)
{
	struct session_target *added = NULL;

	if (!make_room(mem_ctx, targets)) {
		return false;
	}
	added = &targets->list[targets->num];
	*added = *target;
	added->user = talloc_strdup(targets->list, target->user);
	added->client = talloc_strdup(targets->list, target->client);
	if (added->user == NULL || added->client == NULL) {
		return false;
	}
	targets->num += 1;
	return true;
}

static void spare_like_caller(struct session_targets *targets)
{
	for (size_t i = 0; i < targets->num; i++) {
		struct session_target *target = &targets->list[i];

		if (target->like_caller) {
			target->fate = SESSION_OWN;
		}
	}
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_keys(const void *a, const void *b)
{
	const struct session_key *key_a = a;
	const struct session_key *key_b = b;
	int ret = compare_numbers(key_a->global_id, key_b->global_id);

	if (ret == 0) {
		ret = compare_numbers(key_a->wire_id, key_b->wire_id);
	}
	if (ret == 0) {
		ret = compare_numbers(key_a->creation_time,
				      key_b->creation_time);
	}
	return ret;
}

/* A record that moves between nodes during a walk is seen twice. */
static void drop_doubles(struct session_targets *targets)
{
	size_t kept = 1;

	for (size_t i = 1; i < targets->num; i++) {
		if (compare_keys(&targets->list[i], &targets->list[kept - 1]) !=
		    0) {
			targets->list[kept++] = targets->list[i];
		}
	}
	targets->num = kept;
}

void session_targets_complete(struct session_targets *targets)
{
	if (targets->num == 0) {
		return;
	}
	if (!targets->caller_known) {
		spare_like_caller(targets);
	}
	qsort(targets->list,
	      targets->num,
	      sizeof(*targets->list),
	      compare_keys);
	drop_doubles(targets);
}

bool session_targets_copy(TALLOC_CTX *mem_ctx,
			  const struct session_targets *targets,
			  enum session_fate fate,
			  struct session_targets *copy)
{
	*copy = (struct session_targets){
		.other_clients = targets->other_clients,
		.caller_known = targets->caller_known,
	};
	for (size_t i = 0; i < targets->num; i++) {
		if (targets->list[i].fate == fate &&
		    !session_targets_add(mem_ctx, copy, &targets->list[i])) {
			return false;
		}
	}
	return true;
}

const struct session_target *session_targets_get(
	const struct session_targets *targets,
	const struct session_key *key)
{
	if (targets->num == 0) {
		return NULL;
	}
	return bsearch(key,
		       targets->list,
		       targets->num,
		       sizeof(*targets->list),
		       compare_keys);
}
