/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The context of functions that are called without one. */

#ifndef SMBSESSION_DEFAULT_CONTEXT_H
#define SMBSESSION_DEFAULT_CONTEXT_H

#include "context.h"

/**
 * Begin a function that gets no context.
 *
 * @return The context that smbsession_use() was given, or a new one. NULL when
 *         out of memory.
 */
struct smbsession_context *default_context_begin(void);

/**
 * End it: keep the error's text, and free a context that was made for it.
 *
 * @param[in] context  What default_context_begin() returned. NULL is allowed.
 */
void default_context_end(struct smbsession_context *context);

#endif
