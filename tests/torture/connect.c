/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samba's functions to connect. Their arguments differ by series. */

#include "connect.h"

#include "source4/libcli/libcli.h"

static struct gensec_settings *gensec_settings_of(TALLOC_CTX *mem_ctx,
						  struct torture_context *tctx)
{
	return lpcfg_gensec_settings(mem_ctx, tctx->lp_ctx);
}

/* 4.23 takes a list of transports instead of ports. */
#if SESSIONDEL_SAMBA_MINOR < 23

NTSTATUS connect_smb2(TALLOC_CTX *mem_ctx,
		      const struct destination *to,
		      struct cli_credentials *who,
		      struct smbcli_options *options,
		      struct smb2_tree **tree)
{
	const char *ports[] = {to->port, NULL};

	return smb2_connect(mem_ctx,
			    to->host,
			    ports,
			    to->share,
			    lpcfg_resolve_context(to->tctx->lp_ctx, mem_ctx),
			    who,
			    tree,
			    to->tctx->ev,
			    options,
			    talloc_strdup(mem_ctx, ""),
			    gensec_settings_of(mem_ctx, to->tctx));
}

struct smb2_session *connect_session(TALLOC_CTX *mem_ctx,
				     struct torture_context *tctx,
				     struct smb2_transport *transport)
{
	return smb2_session_init(transport,
				 gensec_settings_of(mem_ctx, tctx),
				 mem_ctx);
}

NTSTATUS connect_smb1(TALLOC_CTX *mem_ctx,
		      const struct destination *to,
		      struct cli_credentials *who,
		      struct smbcli_options *options,
		      struct smbcli_state **cli)
{
	struct loadparm_context *lp_ctx = to->tctx->lp_ctx;
	const char *ports[] = {to->port, NULL};
	struct smbcli_session_options session_options;

	lpcfg_smbcli_session_options(lp_ctx, &session_options);
	return smbcli_full_connection(mem_ctx,
				      cli,
				      to->host,
				      ports,
				      to->share,
				      NULL,
				      talloc_strdup(mem_ctx, ""),
				      who,
				      lpcfg_resolve_context(lp_ctx, mem_ctx),
				      to->tctx->ev,
				      options,
				      &session_options,
				      gensec_settings_of(mem_ctx, to->tctx));
}

#else

static void set_port(struct smbcli_options *options, const char *port)
{
	const char *const transports[] = {port, NULL};

	options->transports = smb_transports_parse("port", transports);
}

NTSTATUS connect_smb2(TALLOC_CTX *mem_ctx,
		      const struct destination *to,
		      struct cli_credentials *who,
		      struct smbcli_options *options,
		      struct smb2_tree **tree)
{
	struct loadparm_context *lp_ctx = to->tctx->lp_ctx;

	set_port(options, to->port);
	return smb2_connect(mem_ctx,
			    to->host,
			    to->share,
			    lp_ctx,
			    lpcfg_resolve_context(lp_ctx, mem_ctx),
			    who,
			    tree,
			    to->tctx->ev,
			    options,
			    talloc_strdup(mem_ctx, ""),
			    gensec_settings_of(mem_ctx, to->tctx));
}

struct smb2_session *connect_session(TALLOC_CTX *mem_ctx,
				     struct torture_context *tctx,
				     struct smb2_transport *transport)
{
	return smb2_session_init(transport,
				 tctx->lp_ctx,
				 gensec_settings_of(mem_ctx, tctx),
				 mem_ctx);
}

NTSTATUS connect_smb1(TALLOC_CTX *mem_ctx,
		      const struct destination *to,
		      struct cli_credentials *who,
		      struct smbcli_options *options,
		      struct smbcli_state **cli)
{
	struct loadparm_context *lp_ctx = to->tctx->lp_ctx;
	struct smbcli_session_options session_options;

	set_port(options, to->port);
	lpcfg_smbcli_session_options(lp_ctx, &session_options);
	return smbcli_full_connection(mem_ctx,
				      cli,
				      to->host,
				      to->share,
				      NULL,
				      talloc_strdup(mem_ctx, ""),
				      who,
				      lp_ctx,
				      lpcfg_resolve_context(lp_ctx, mem_ctx),
				      to->tctx->ev,
				      options,
				      &session_options,
				      gensec_settings_of(mem_ctx, to->tctx));
}

#endif
