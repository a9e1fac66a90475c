/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samba's name resolution. Only a full Samba build has the headers. */

#ifndef SESSIONDEL_SAMBA_RESOLVER_H
#define SESSIONDEL_SAMBA_RESOLVER_H

#include "source/common/samba_types.h"
#include <tevent.h>

struct sockaddr_storage;

/* smb.conf's "name resolve order", NULL if it is empty */
const char **lp_name_resolve_order(void);

/* the number of IPv4 interfaces, not counting loopback */
int iface_count_v4_nl(void);

struct tevent_context *samba_tevent_context_init(TALLOC_CTX *mem_ctx);

char *print_sockaddr(char *dest,
		     size_t destlen,
		     const struct sockaddr_storage *psa);

const char *get_dyn_LMHOSTSFILE(void);

NTSTATUS resolve_lmhosts_file_as_sockaddr(TALLOC_CTX *mem_ctx,
					  const char *lmhosts_file,
					  const char *name,
					  int name_type,
					  struct sockaddr_storage **addresses,
					  size_t *num);

/* how many WINS servers smb.conf has */
unsigned wins_srv_count(void);

struct tevent_req *resolve_wins_send(TALLOC_CTX *mem_ctx,
				     struct tevent_context *ev,
				     const char *name,
				     int name_type);
NTSTATUS resolve_wins_recv(struct tevent_req *req,
			   TALLOC_CTX *mem_ctx,
			   struct sockaddr_storage **addresses,
			   size_t *num,
			   uint8_t *flags);

struct tevent_req *name_resolve_bcast_send(TALLOC_CTX *mem_ctx,
					   struct tevent_context *ev,
					   const char *name,
					   int name_type);
NTSTATUS name_resolve_bcast_recv(struct tevent_req *req,
				 TALLOC_CTX *mem_ctx,
				 struct sockaddr_storage **addresses,
				 size_t *num);

#endif
