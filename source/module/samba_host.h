/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions of the host process whose headers only a full Samba build has. */

#ifndef SESSIONDEL_SAMBA_HOST_H
#define SESSIONDEL_SAMBA_HOST_H

#include <stdbool.h>
#include <talloc.h>

struct dcesrv_critical_sizes;
struct loadparm_substitution;

const char *samba_version_string(void);
const char *get_global_sam_name(void);
const char *lp_workgroup(void);
const char *lp_realm(void);
char *lp_force_user(TALLOC_CTX *mem_ctx,
		    const struct loadparm_substitution *substitution,
		    int service);
/* leaves %U and the like in a parameter's value */
const struct loadparm_substitution *lpcfg_noop_substitution(void);

const char *get_dyn_CONFIGFILE(void);
/* true only once for each change */
bool lp_file_list_changed(void);
bool lp_load_with_shares(const char *smb_conf);

/* how large the structs of the running Samba are */
const struct dcesrv_critical_sizes *dcerpc_module_version(void);

#endif
