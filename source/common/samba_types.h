/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The types that Samba's generated headers use but do not include. */

#ifndef SESSIONDEL_SAMBA_TYPES_H
#define SESSIONDEL_SAMBA_TYPES_H

#include "replace.h"
#include <talloc.h>

#include "libcli/util/ntstatus.h"
#include "libcli/util/werror.h"
#include "lib/util/data_blob.h"
#include "lib/util/time.h"

#endif
