/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samba's client and test libraries, which smbtorture loads. */

#ifndef SESSIONDEL_TORTURE_SAMBA_CLIENT_H
#define SESSIONDEL_TORTURE_SAMBA_CLIENT_H

#include "source/common/samba_types.h"
#include <tevent.h>

#include "lib/torture/torture.h"
#include "source4/libcli/smb2/smb2.h"
#include "source4/libcli/smb2/smb2_calls.h"

struct cli_credentials;
struct loadparm_context;

/* Only a full Samba build has headers for these. */

void lpcfg_smbcli_options(struct loadparm_context *lp_ctx,
			  struct smbcli_options *options);
void lpcfg_smbcli_session_options(struct loadparm_context *lp_ctx,
				  struct smbcli_session_options *options);
struct gensec_settings *lpcfg_gensec_settings(TALLOC_CTX *mem_ctx,
					      struct loadparm_context *lp_ctx);
/* before 4.25 there is no second argument, and it is not read */
struct resolve_context *lpcfg_resolve_context(struct loadparm_context *lp_ctx,
					      TALLOC_CTX *mem_ctx);
struct cli_credentials *samba_cmdline_get_creds(void);
struct cli_credentials *cli_credentials_shallow_copy(
	TALLOC_CTX *mem_ctx,
	struct cli_credentials *src);

/* smbtorture's suites, as children */
extern struct torture_suite *torture_root;

#endif
