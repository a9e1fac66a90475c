/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions of the host process whose headers only a full Samba build has. */

#ifndef SESSIONDEL_SAMBA_HOST_H
#define SESSIONDEL_SAMBA_HOST_H

struct dcesrv_critical_sizes;

const char *samba_version_string(void);
const char *get_global_sam_name(void);
const char *lp_workgroup(void);
const char *lp_realm(void);

/* how large the structs of the running Samba are */
const struct dcesrv_critical_sizes *dcerpc_module_version(void);

#endif
