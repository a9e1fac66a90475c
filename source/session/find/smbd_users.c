/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a user the only one on an smbd? */

#include "smbd_users.h"

#include "lib/util/server_id.h"
#include "libcli/security/dom_sid.h"

#include "source/session/tables/session_record.h"

static int compare_smbds(const void *a, const void *b)
{
	const struct smbd_user *user_a = a;
	const struct smbd_user *user_b = b;

	return server_id_cmp(&user_a->smbd, &user_b->smbd);
}

static void note_user(struct smbd_user *of, const struct dom_sid *user)
{
	of->shared |= !dom_sid_equal(&of->user, user);
}

size_t smbd_users_unite(struct smbd_user *list, size_t num)
{
	size_t kept = 1;

	if (num == 0) {
		return 0;
	}
	qsort(list, num, sizeof(*list), compare_smbds);
	for (size_t i = 1; i < num; i++) {
		if (compare_smbds(&list[i], &list[kept - 1]) == 0) {
			note_user(&list[kept - 1], &list[i].user);
		} else {
			list[kept++] = list[i];
		}
	}
	return kept;
}

struct smbd_user *smbd_users_find(struct smbd_user *list,
				  size_t num,
				  const struct server_id *smbd)
{
	const struct smbd_user wanted = {.smbd = *smbd};

	if (num == 0) {
		return NULL;
	}
	return bsearch(&wanted, list, num, sizeof(*list), compare_smbds);
}

void smbd_users_add(struct smbd_user *list,
		    size_t num,
		    const struct server_id *smbd,
		    const struct dom_sid *user)
{
	struct smbd_user *of = smbd_users_find(list, num, smbd);

	if (of != NULL) {
		note_user(of, user);
	}
}

bool smbd_users_may_have(const struct smbd_user *list,
			 size_t num,
			 TDB_DATA value)
{
	if (num > SESSION_RECORD_SMBDS_MAX) {
		return true;
	}
	for (size_t i = 0; i < num; i++) {
		if (session_record_may_be_of(value, &list[i].smbd)) {
			return true;
		}
	}
	return false;
}
