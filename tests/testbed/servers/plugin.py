# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugin that was built, and the worker that it replaces."""

import shutil
from pathlib import Path

from testbed import TestbedError, processes
from testbed.places import BUILD

LIBEXEC = Path("/usr/libexec/samba")
WORKER = LIBEXEC / "rpcd_classic"
LOADER = "rpcd_sessiondel"
MODULE = "sessiondel.so"
# The directory where the package puts the stock worker.
_DIVERTED = "samba-sessiondel"

# At most so many calls may wait in a worker at a time.
MAX_WAITING = 64


def workers_among(pids):
    """Those of the processes that serve srvsvc: samba-dcerpcd's rpcd_classic.

    One that only lists its interfaces does not count, and no child that a
    worker has for a call. That may outlive the answer for a moment.
    """
    return [pid for pid in pids
            if _program(pid) == WORKER.name
            and "--list-interfaces" not in processes.arguments(pid)
            and _program(processes.parent(pid)) == "samba-dcerpcd"]


def _program(pid):
    return Path(processes.executable(pid)).name


def end_late_workers(pids, syslog_lines):
    """End those workers to which the loader gave no module for want of time.

    That can happen on a busy machine. Returns whether there was one: the next
    call starts another.
    """
    late = [pid for pid in workers_among(pids)
            if any(f"{LOADER}[{pid}]: module left out" in line
                   and "its probe did not end in time" in line
                   for line in syslog_lines)]
    for pid in late:
        processes.end(pid)
    return bool(late)


def installed_log(log_dir):
    """The text of the worker's log where the package put the plugin.

    4.22 has one log for all workers.
    """
    paths = [log_dir / name for name in (f"log.{WORKER.name}", "log.")]
    return "".join(path.read_text(errors="replace") for path in paths
                   if path.exists())


def divert_worker(directory):
    """Make a copy of LIBEXEC in there, with the plugin as the package has it.

    The loader is where the stock worker was. Returns the copy.
    """
    built = copy_to(directory / "plugin")
    libexec = directory / "libexec"
    # Only the host's root can read what is for CUPS.
    shutil.copytree(LIBEXEC, libexec,
                    ignore=shutil.ignore_patterns("smbspool*"))
    (libexec / _DIVERTED).mkdir()
    worker = libexec / WORKER.name
    worker.rename(libexec / _DIVERTED / worker.name)
    worker.symlink_to(built / LOADER)
    return libexec


def copy_to(place):
    """Copy what was built to a new directory, where only root can write.

    The loader refuses a module that others could change, and the build
    may be anywhere.
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
