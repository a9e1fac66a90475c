/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a user the only one on an smbd? */

#ifndef SESSIONDEL_SMBD_USERS_H
#define SESSIONDEL_SMBD_USERS_H

#include "source/common/samba_types.h"
#include <tdb.h>

#include "librpc/gen_ndr/security.h"
#include "librpc/gen_ndr/server_id.h"

/* An smbd that has sessions. */
struct smbd_user {
	struct server_id smbd;
	/* whose they are */
	struct dom_sid user;
	/* and others' */
	bool shared;
};

/**
 * Sort a list and make one entry of those that are about the same smbd.
 *
 * @return How many entries are left.
 */
size_t smbd_users_unite(struct smbd_user *list, size_t num);

/**
 * @param[in] list  From smbd_users_unite().
 *
 * @return The entry of an smbd; NULL if there is none.
 */
struct smbd_user *smbd_users_find(struct smbd_user *list,
				  size_t num,
				  const struct server_id *smbd);

/**
 * Take one more session into account.
 *
 * @param[in,out] list  From smbd_users_unite().
 */
void smbd_users_add(struct smbd_user *list,
		    size_t num,
		    const struct server_id *smbd,
		    const struct dom_sid *user);

/**
 * Can this session record be of one of the smbds? false is certain. A record
 * without a channel can be of any.
 *
 * @param[in] value  The record's bytes, without the header of dbwrap's
 *                   watchers.
 */
bool smbd_users_may_have(const struct smbd_user *list,
			 size_t num,
			 TDB_DATA value);

#endif
