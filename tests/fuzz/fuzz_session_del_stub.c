/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes opnum 13's arguments: through Samba's NDR into our query. */

#include "source/common/samba_types.h"

#include "fuzz.h"

#include <locale.h>

#include "librpc/gen_ndr/ndr_srvsvc.h"

#include "stub.h"

#include "source/common/text.h"
#include "source/session/match/session_query.h"

static const struct ndr_interface_call *session_del;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;

	assert(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
	session_del = &ndr_table_srvsvc.calls[NDR_SRVSVC_NETSESSDEL];
	return 0;
}

static void check_name(const char *name)
{
	char escaped[64];

	assert(name == NULL || fuzz_is_utf8(name));
	assert(strlen(text_escape(name, escaped, sizeof(escaped))) <
	       sizeof(escaped));
}

static void check_same(const char *a, const char *b)
{
	assert((a == NULL) == (b == NULL));
	assert(a == NULL || strcmp(a, b) == 0);
}

/* Decoded arguments can be encoded again. */
static void check_pushed(TALLOC_CTX *mem_ctx,
			 const struct srvsvc_NetSessDel *call)
{
	struct ndr_push *ndr = ndr_push_init_ctx(mem_ctx);
	const struct srvsvc_NetSessDel *again = NULL;
	DATA_BLOB stub;

	assert(ndr != NULL);
	assert(session_del->ndr_push(ndr, NDR_IN, call) == NDR_ERR_SUCCESS);
	stub = ndr_push_blob(ndr);
	again = stub_pull(mem_ctx, session_del, &stub);
	assert(again != NULL);
	check_same(call->in.client, again->in.client);
	check_same(call->in.user, again->in.user);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	DATA_BLOB stub = data_blob_const(data, size);
	const struct srvsvc_NetSessDel *call =
		stub_pull(frame, session_del, &stub);
	struct session_query query;

	if (call != NULL) {
		WERROR result = session_query_parse(frame,
						    call->in.client,
						    call->in.user,
						    &query);

		assert(W_ERROR_IS_OK(result) ||
		       W_ERROR_EQUAL(result, WERR_INVALID_PARAMETER));
		check_name(call->in.server_unc);
		check_name(call->in.client);
		check_name(call->in.user);
		check_pushed(frame, call);
	}
	talloc_free(frame);
	return 0;
}
