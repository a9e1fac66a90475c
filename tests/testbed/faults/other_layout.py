# SPDX-License-Identifier: GPL-3.0-or-later
"""A Samba whose session records have another layout than was built for."""

import contextlib
import shutil

from testbed import namespace
from testbed.programs import compile_c

# Samba's decoder, which then allocates more than the module knows of.
_SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <talloc.h>

struct globalB {
	uint32_t version, seqnum;
	union {
		void *session;
	} info;
};

int ndr_pull_smbXsrv_session_globalB(void *ndr, int flags, struct globalB *r);

int ndr_pull_smbXsrv_session_globalB(void *ndr, int flags, struct globalB *r)
{
	int (*pull)(void *, int, struct globalB *) =
		(int (*)(void *, int, struct globalB *))dlsym(
			RTLD_NEXT, "ndr_pull_smbXsrv_session_globalB");
	int err = pull(ndr, flags, r);

	if (err == 0 && r->info.session != NULL) {
		r->info.session = talloc_realloc_size(
			NULL, r->info.session,
			talloc_get_size(r->info.session) + 8);
	}
	return err;
}
"""


@contextlib.contextmanager
def environment():
    """The environment of a samba-dcerpcd whose workers have such a Samba."""
    place = namespace.ROOT / "other-layout"
    place.mkdir(mode=0o755)
    library = compile_c(place / "decoder.so", _SOURCE, "-shared", "-fPIC",
                        "-ltalloc")
    yield {"LD_PRELOAD": str(library)}
    shutil.rmtree(place)
