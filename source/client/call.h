/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One call to the server service, with a time limit. */

#ifndef SMBSESSION_CALL_H
#define SMBSESSION_CALL_H

#include "context.h"

/**
 * Begin a function of the library: clear the last error, start the clock.
 *
 * @return NERR_Success or ERROR_NOT_ENOUGH_MEMORY
 */
NET_API_STATUS call_begin(struct smbsession_context *context);

/**
 * Make a call. If it fails on a connection that was kept from an earlier call,
 * try once more on a new one.
 *
 * @param[in]     mem_ctx     parent of the decoded answer
 * @param[in]     servername  as for NetSessionDel()
 * @param[in]     opnum       such as NDR_NETR_SESSION_DEL
 * @param[in,out] request     struct of that call, such as netr_session_del
 *
 * @return NERR_Success when the server answered, even if with an error;
 *         otherwise the error, which is also noted in the context
 */
NET_API_STATUS call_server(struct smbsession_context *context,
			   TALLOC_CTX *mem_ctx,
			   const char *servername,
			   uint32_t opnum,
			   void *request);

/** Note that the server's answer is invalid. Returns the error code. */
NET_API_STATUS call_invalid_answer(struct smbsession_context *context);

/** Note what the server answered, an error or none. Returns the code. */
NET_API_STATUS call_result(struct smbsession_context *context,
			   NET_API_STATUS code);

#endif
