/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The records of smbd's databases, under the names that they have in 4.25.
 * Everything that differs between the supported series is here.
 */

#ifndef SESSIONDEL_SAMBA_RECORDS_H
#define SESSIONDEL_SAMBA_RECORDS_H

#include "source/common/samba_types.h"

#include "librpc/gen_ndr/ndr_misc.h"
#include "librpc/gen_ndr/ndr_open_files.h"
#include "librpc/ndr/libndr.h"
#include "source3/librpc/gen_ndr/ndr_smbXsrv.h"

/* Key of the record in the table of opens that detects a replayed create. */
struct replay_key {
	struct GUID_ndr_buf client;
	struct GUID_ndr_buf open;
};

#if SESSIONDEL_SAMBA_MINOR < 25

#define smbXsrv_session_global smbXsrv_session_global0
#define smbXsrv_channel_global smbXsrv_channel_global0
#define smbXsrv_session_close smbXsrv_session_close0
#define smbXsrv_open_global smbXsrv_open_global0

/* the member of a record's union for SMBXSRV_VERSION_CURRENT */
#define SMBXSRV_INFO info0

/* In brlock.tdb, a file's locks follow a version: its size and value. */
#define LOCKS_VERSION_SIZE 0
#define LOCKS_VERSION 0

/* smb.conf's "persistent handles" is new in 4.25. */
static inline bool lp_persistent_handles(void)
{
	return false;
}

#else

#define SMBXSRV_INFO info1

#define LOCKS_VERSION_SIZE 4
#define LOCKS_VERSION SHARE_MODE_DATA_VERSION_1

bool lp_persistent_handles(void);

#endif

#if SESSIONDEL_SAMBA_MINOR < 23

/* The global id of the session that an open belongs to, 0 if not recorded. */
static inline uint64_t open_session(const struct smbXsrv_open_global *open)
{
	(void)open;
	return 0;
}

/* Before 4.23 this was not in a table, but only in smbd's memory. */
static inline bool replay_key(const struct smbXsrv_open_global *open,
			      struct replay_key *key)
{
	(void)open;
	(void)key;
	return false;
}

#else

/* also 0 once the open is disconnected */
static inline uint64_t open_session(const struct smbXsrv_open_global *open)
{
	return open->session_global_id;
}

static inline bool replay_key(const struct smbXsrv_open_global *open,
			      struct replay_key *key)
{
	GUID_to_ndr_buf(&open->client_guid, &key->client);
	GUID_to_ndr_buf(&open->create_guid, &key->open);
	return !GUID_all_zero(&open->create_guid);
}

#endif

#endif
