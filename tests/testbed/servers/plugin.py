# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugin that was built, and where Samba has what it takes the place of."""

import shutil
from pathlib import Path

from testbed import TestbedError, processes
from testbed.places import BUILD

LIBEXEC = Path("/usr/libexec/samba")
WORKER = LIBEXEC / "rpcd_classic"
LOADER = "rpcd_sessiondel"
MODULE = "sessiondel.so"

# At most so many calls may wait in a worker at a time.
MAX_WAITING = 64


def workers_among(pids):
    """Those processes that serve srvsvc, that is, run rpcd_classic.

    Not the one that only lists its interfaces for samba-dcerpcd.
    """
    return [pid for pid in pids
            if Path(processes.executable(pid)).name == WORKER.name
            and "--list-interfaces" not in processes.arguments(pid)]


def copy_to(place):
    """A copy of what was built where nobody but root can write.

    The loader refuses a module that others could have changed, and a
    build tree may lie anywhere.
    """
    place.mkdir(mode=0o755)
    for name in (LOADER, MODULE):
        built = BUILD / name
        if not built.exists():
            raise TestbedError(f"{built} is missing: run ./waf build first, "
                               "or use a stock server")
        shutil.copy(built, place / name)
        (place / name).chmod(0o755)
    return place
