/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The smbds whose durable opens a call may end, and who stays there. */

#include "durable_stayers.h"

#include "lib/util/server_id.h"

#include "source/session/tables/session_record.h"

static struct durable_smbd *find_smbd(const struct durable_smbds *smbds,
				      const struct server_id *id)
{
	for (size_t i = 0; i < smbds->num; i++) {
		if (server_id_equal(&smbds->list[i].id, id)) {
			return &smbds->list[i];
		}
	}
	return NULL;
}

bool durable_smbds_add(TALLOC_CTX *mem_ctx,
		       struct durable_smbds *smbds,
		       const struct server_id *id,
		       size_t *smbd)
{
	const struct durable_smbd *known = find_smbd(smbds, id);
	struct durable_smbd *list = NULL;

	if (known != NULL) {
		*smbd = known - smbds->list;
		return true;
	}
	list = talloc_realloc(mem_ctx,
			      smbds->list,
			      struct durable_smbd,
			      smbds->num + 1);
	if (list == NULL) {
		return false;
	}
	smbds->list = list;
	list[smbds->num] = (struct durable_smbd){
		.id = *id,
		.awaited_before = SIZE_MAX,
	};
	*smbd = smbds->num++;
	return true;
}

struct stayers_walk {
	TALLOC_CTX *mem_ctx;
	const struct durable_smbds *smbds;
	const struct session_targets *targets;
};

static bool may_stay(TDB_DATA value, void *private_data)
{
	const struct stayers_walk *walk = private_data;

	for (size_t i = 0; i < walk->smbds->num; i++) {
		if (session_record_may_be_of(value, &walk->smbds->list[i].id)) {
			return true;
		}
	}
	return false;
}

static bool is_known(const struct durable_smbd *smbd,
		     const struct session_key *key)
{
	for (size_t i = 0; i < smbd->num_stayers; i++) {
		if (session_key_equal(&smbd->stayers[i], key)) {
			return true;
		}
	}
	return false;
}

static NTSTATUS add_stayer(TALLOC_CTX *mem_ctx,
			   struct durable_smbd *smbd,
			   const struct session_key *key)
{
	struct session_key *stayers = NULL;

	if (is_known(smbd, key)) {
		return NT_STATUS_OK;
	}
	stayers = talloc_realloc(mem_ctx,
				 smbd->stayers,
				 struct session_key,
				 smbd->num_stayers + 1);
	if (stayers == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	smbd->stayers = stayers;
	stayers[smbd->num_stayers++] = *key;
	return NT_STATUS_OK;
}

static NTSTATUS visit_session(const struct smbXsrv_session_global *session,
			      enum smbXsrv_version_values version,
			      void *private_data)
{
	const struct stayers_walk *walk = private_data;
	const struct session_key key = {
		.global_id = session->session_global_id,
		.wire_id = session->session_wire_id,
		.creation_time = session->creation_time,
	};
	struct durable_smbd *smbd =
		find_smbd(walk->smbds, &session->channels[0].server_id);

	(void)version;

	if (smbd == NULL || session_targets_get(walk->targets, &key) != NULL) {
		return NT_STATUS_OK;
	}
	return add_stayer(walk->mem_ctx, smbd, &key);
}

/* It may belong to any of them. */
static void visit_unreadable(void *private_data)
{
	const struct stayers_walk *walk = private_data;

	for (size_t i = 0; i < walk->smbds->num; i++) {
		walk->smbds->list[i].doubtful = true;
	}
}

NTSTATUS durable_smbds_add_stayers(TALLOC_CTX *mem_ctx,
				   const struct durable_smbds *smbds,
				   struct session_table *table,
				   const struct session_targets *targets)
{
	struct stayers_walk state = {
		.mem_ctx = mem_ctx,
		.smbds = smbds,
		.targets = targets,
	};
	const struct session_walk walk = {
		.may_be_wanted = smbds->num <= SESSION_RECORD_SMBDS_MAX
					 ? may_stay
					 : NULL,
		.visit = visit_session,
		.unreadable = visit_unreadable,
		.private_data = &state,
	};

	return session_table_walk(table, &walk);
}

NTSTATUS durable_smbd_check_stayers(struct durable_smbd *smbd,
				    struct session_table *table)
{
	for (size_t i = 0; i < smbd->num_stayers && !smbd->doubtful; i++) {
		unsigned int unreadable = 0;
		bool exists;
		NTSTATUS status = session_table_lookup(table,
						       &smbd->stayers[i],
						       &unreadable,
						       &exists);

		if (!NT_STATUS_IS_OK(status)) {
			return status;
		}
		smbd->doubtful = !exists;
	}
	return NT_STATUS_OK;
}
