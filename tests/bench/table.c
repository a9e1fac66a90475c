/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fills a test server's session table, and walks over it doing nothing. */

#include "source/common/samba_types.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tdb.h>

#include "lib/dbwrap/dbwrap.h"
#include "lib/util/byteorder.h"
#include "lib/util/charset/charset.h"
#include "lib/util/samba_util.h"
#include "lib/util/talloc_stack.h"
#include "librpc/gen_ndr/auth.h"
#include "librpc/ndr/libndr.h"
#include "source3/include/messages.h"
#include "source3/lib/dbwrap/dbwrap_watch.h"
#include "source3/lib/global_contexts.h"
#include "source3/param/loadparm.h"

#include "source/session/tables/lock_db.h"
#include "source/session/tables/session_record.h"

/* Copies get ids from here on, a template's id is random above it. */
#define FIRST_ID 0x00100000
#define MAX_COPIES 0x00100000

static const char usage[] =
	"usage: table SMB_CONF fill NUMBER\n"
	"       table SMB_CONF walk\n"
	"fill puts NUMBER copies of a session into the table, each with its own id,\n"
	"user and client. walk calls dbwrap_traverse_read, with an empty callback,\n"
	"for each line that it reads, and answers with a line.\n";

static void require(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "table: %s\n", what);
		exit(1);
	}
}

static struct db_context *open_table(TALLOC_CTX *mem_ctx, const char *smb_conf)
{
	struct db_context *backend = NULL;
	struct db_context *db = NULL;

	require(lp_load_global(smb_conf), "cannot load smb.conf");
	require(global_messaging_context() != NULL, "cannot reach smbd");
	require(NT_STATUS_IS_OK(lock_db_open(mem_ctx,
					     "smbXsrv_session_global.tdb",
					     0,
					     0,
					     0600,
					     DBWRAP_LOCK_ORDER_1,
					     &backend)),
		"cannot open the session table");
	db = db_open_watched(mem_ctx, &backend, global_messaging_context());
	require(db != NULL, "out of memory");
	return db;
}

static int stop_at_template(struct db_record *rec, void *private_data)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct smbXsrv_session_globalB record;
	DATA_BLOB *found = private_data;
	TDB_DATA value = dbwrap_record_get_value(rec);
	NTSTATUS status = session_record_decode(frame, value, &record);
	bool fits = NT_STATUS_IS_OK(status) &&
		    record.info.SMBXSRV_INFO->session_global_id >=
			    FIRST_ID + MAX_COPIES &&
		    record.info.SMBXSRV_INFO->auth_session_info != NULL;

	talloc_free(frame);
	if (fits) {
		*found = data_blob(value.dptr, value.dsize);
	}
	return fits;
}

/* The bytes of a record that an smbd wrote. */
static DATA_BLOB find_template(struct db_context *db)
{
	DATA_BLOB found = data_blob_null;

	dbwrap_traverse_read(db, stop_at_template, &found, NULL);
	require(found.length != 0, "there is no session to copy");
	return found;
}

/* Names as long as at a real site, addresses in 10.0.0.0/8. */
static void give_own_names(TALLOC_CTX *mem_ctx,
			   struct smbXsrv_session_global *session,
			   uint32_t number)
{
	struct auth_session_info *auth = session->auth_session_info;
	struct smbXsrv_channel_global *channel = &session->channels[0];
	const char *name = talloc_asprintf(mem_ctx, "person%06u", number);
	const char *ip = talloc_asprintf(mem_ctx,
					 "10.%u.%u.%u",
					 (number >> 16) & 0xff,
					 (number >> 8) & 0xff,
					 number & 0xff);

	session->session_global_id = FIRST_ID + number;
	session->session_wire_id = FIRST_ID + number;
	auth->info->account_name = name;
	auth->unix_info->unix_name = name;
	auth->unix_info->sanitized_username = name;
	auth->unique_session_token.time_low = number;
	channel->remote_name = ip;
	channel->remote_address = talloc_asprintf(mem_ctx, "ipv4:%s:49152", ip);
}

static TDB_DATA key_of(TALLOC_CTX *mem_ctx, uint32_t number)
{
	TDB_DATA key = {.dsize = 4};

	key.dptr = talloc_array(mem_ctx, uint8_t, key.dsize);
	require(key.dptr != NULL, "out of memory");
	RSIVAL(key.dptr, 0, FIRST_ID + number);
	return key;
}

static void store_copy(struct db_context *db,
		       DATA_BLOB template,
		       uint32_t number)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct smbXsrv_session_globalB record;
	TDB_DATA bytes = {.dptr = template.data, .dsize = template.length};
	TDB_DATA value;
	DATA_BLOB blob;

	require(NT_STATUS_IS_OK(session_record_decode(frame, bytes, &record)),
		"cannot decode the template");
	give_own_names(frame, record.info.SMBXSRV_INFO, number);
	require(NDR_ERR_CODE_IS_SUCCESS(ndr_push_struct_blob(
			&blob,
			frame,
			&record,
			(ndr_push_flags_fn_t)ndr_push_smbXsrv_session_globalB)),
		"cannot encode a record");
	value = (TDB_DATA){.dptr = blob.data, .dsize = blob.length};
	require(NT_STATUS_IS_OK(dbwrap_store(db,
					     key_of(frame, number),
					     value,
					     TDB_REPLACE)),
		"cannot store a record");
	talloc_free(frame);
}

static void fill(struct db_context *db, uint32_t number)
{
	DATA_BLOB template = find_template(db);

	require(number <= MAX_COPIES, "too many");
	for (uint32_t i = 0; i < number; i++) {
		store_copy(db, template, i);
	}
	data_blob_free(&template);
}

static int ignore_record(struct db_record *rec, void *private_data)
{
	(void)rec;
	(void)private_data;
	return 0;
}

static void walk(struct db_context *db)
{
	while (getchar() != EOF) {
		NTSTATUS status =
			dbwrap_traverse_read(db, ignore_record, NULL, NULL);

		require(NT_STATUS_IS_OK(status), "cannot walk the table");
		require(puts("") != EOF && fflush(stdout) == 0,
			"cannot answer");
	}
}

int main(int argc, char *argv[])
{
	const bool fills = argc == 4 && strcmp(argv[2], "fill") == 0;
	const bool walks = argc == 3 && strcmp(argv[2], "walk") == 0;
	TALLOC_CTX *frame = NULL;
	struct db_context *db = NULL;

	if (!fills && !walks) {
		fputs(usage, stderr);
		return 2;
	}
	smb_init_locale();
	frame = talloc_stackframe();
	db = open_table(frame, argv[1]);
	if (fills) {
		fill(db, strtoul(argv[3], NULL, 10));
	} else {
		walk(db);
	}
	talloc_free(frame);
	return 0;
}
