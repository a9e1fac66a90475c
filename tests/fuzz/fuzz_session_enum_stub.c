/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes opnum 12's arguments: through Samba's NDR into one page of a list. */

#include "source/common/samba_types.h"

#include "fuzz.h"

#include <locale.h>

#include "librpc/gen_ndr/ndr_srvsvc.h"

#include "stub.h"

#include "source/module/session_info.h"
#include "source/module/session_page.h"

static const struct ndr_interface_call *session_enum;

static struct session_row rows[] = {
	{
		.id = 1,
		.client = "\\\\10.0.0.7",
		.user = "alice",
		.client_type = "SMB 3.1.1",
		.transport = "\\Device\\NetbiosSmb",
	},
	{
		.id = 0x80000000,
		.client = "\\\\[2001:db8::7]",
		.user = "EXAMPLE\\\u043e\u043b\u044c\u0433\u0430",
		.client_type = "SMB 1.0",
		.transport = "\\Device\\NetBT_Tcpip",
		.guest = true,
	},
	{
		.id = 0xfffffffe,
		.client = "\\\\ws7",
		.user = "",
		.client_type = "SMB",
		.transport = "",
	},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct session_list list = {.rows = rows, .num = ROWS};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;

	assert(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
	session_enum = &ndr_table_srvsvc.calls[NDR_SRVSVC_NETSESSENUM];
	return 0;
}

/* What empty_answer() in net_session_enum.c relies on. */
static void check_pulled(const struct srvsvc_NetSessEnum *call)
{
	assert(call->in.info_ctr != NULL);
	assert(call->out.info_ctr != NULL);
	assert(call->out.info_ctr != call->in.info_ctr);
	assert(call->out.info_ctr->level == call->in.info_ctr->level);
	assert(call->out.totalentries != NULL);
}

static struct session_page check_page(uint32_t level,
				      uint32_t limit,
				      uint32_t resume)
{
	const struct session_page page =
		session_page_choose(&list, level, limit, resume);

	assert(page.first + page.total == ROWS);
	assert(page.num <= page.total);
	assert((page.num == 0) == (page.total == 0));
	assert((page.resume != 0) == (page.num < page.total));
	assert(page.resume == 0 || page.resume > resume);
	return page;
}

/* The answer can be encoded. */
static void check_answer(TALLOC_CTX *mem_ctx, struct srvsvc_NetSessEnum *call)
{
	struct srvsvc_NetSessInfoCtr *ctr = call->out.info_ctr;
	struct ndr_push *ndr = ndr_push_init_ctx(mem_ctx);

	assert(ndr != NULL);
	ctr->ctr = (union srvsvc_NetSessCtr){.ctr0 = NULL};
	if (session_info_has_level(ctr->level)) {
		const struct session_page page =
			check_page(ctr->level,
				   call->in.max_buffer,
				   call->in.resume_handle != NULL
					   ? *call->in.resume_handle
					   : 0);

		assert(session_info_fill(mem_ctx,
					 ctr,
					 &rows[page.first % ROWS],
					 page.num));
	}
	call->out.resume_handle = call->in.resume_handle;
	assert(session_enum->ndr_push(ndr, NDR_OUT, call) == NDR_ERR_SUCCESS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	DATA_BLOB stub = data_blob_const(data, size);
	struct srvsvc_NetSessEnum *call = stub_pull(frame, session_enum, &stub);

	if (call != NULL) {
		check_pulled(call);
		check_answer(frame, call);
	}
	talloc_free(frame);
	return 0;
}
