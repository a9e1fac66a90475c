/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samba's functions to connect. Their arguments differ by series. */

#ifndef SESSIONDEL_TORTURE_CONNECT_H
#define SESSIONDEL_TORTURE_CONNECT_H

#include "samba_client.h"

struct smbcli_state;

/* Where to connect. */
struct destination {
	struct torture_context *tctx;
	const char *host;
	const char *port;
	const char *share;
};

/**
 * Log in by SMB2 or later.
 *
 * @param[in]  mem_ctx  Owns the tree.
 * @param[out] tree     Valid only with NT_STATUS_OK.
 */
NTSTATUS connect_smb2(TALLOC_CTX *mem_ctx,
		      const struct destination *to,
		      struct cli_credentials *who,
		      struct smbcli_options *options,
		      struct smb2_tree **tree);

/**
 * Begin another session on a connection. Takes ownership of the connection.
 *
 * @return NULL when out of memory.
 */
struct smb2_session *connect_session(TALLOC_CTX *mem_ctx,
				     struct torture_context *tctx,
				     struct smb2_transport *transport);

/**
 * Log in by SMB1.
 *
 * @param[in]  mem_ctx  Owns the client.
 * @param[out] cli      Valid only with NT_STATUS_OK.
 */
NTSTATUS connect_smb1(TALLOC_CTX *mem_ctx,
		      const struct destination *to,
		      struct cli_credentials *who,
		      struct smbcli_options *options,
		      struct smbcli_state **cli);

#endif
