/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One bounded call to the server service. */

#ifndef SMBSESSION_CALL_H
#define SMBSESSION_CALL_H

#include "context.h"

/** Begin what one function of the library does, and its time; or no memory. */
NET_API_STATUS call_begin(struct smbsession_context *context);

/**
 * Make a call, on a new connection when the one from before is lost.
 *
 * @param[in]     mem_ctx     parent of what the answer brings
 * @param[in]     servername  as for NetSessionDel()
 * @param[in]     opnum       such as NDR_NETR_SESSION_DEL
 * @param[in,out] request     struct of that call
 *
 * @return NERR_Success when the server answered, whatever; or what went
 *         wrong, also noted in the context
 */
NET_API_STATUS call_server(struct smbsession_context *context,
			   TALLOC_CTX *mem_ctx,
			   const char *servername,
			   uint32_t opnum,
			   void *request);

/** Note that what the server answered makes no sense. Returns the code. */
NET_API_STATUS call_invalid_answer(struct smbsession_context *context);

/** Note what the server answered, when that is an error. Returns code. */
NET_API_STATUS call_result(struct smbsession_context *context,
			   NET_API_STATUS code);

#endif
