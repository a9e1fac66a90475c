# SPDX-License-Identifier: GPL-3.0-or-later
"""A Samba server whose smbd starts samba-dcerpcd, as Debian's does."""

import os

from testbed import processes
from testbed.servers import plugin, standalone


class OnDemandServer(standalone.Server):
    """A Server where the loader has the place that the package gives it.

    smbd starts samba-dcerpcd when the first client needs it. All processes
    are in smbd's mount namespace.
    """

    def __init__(self, conf=None, **more):
        super().__init__({"rpc start on demand helpers": "yes",
                          **(conf or {})}, **more)
        self._namespace = None

    def log(self, name=None):
        return super().log(name) if name else plugin.installed_log(
            self.log_dir)

    def dcerpcd_pids(self):
        smbd = self._smbd.pids() if self._smbd else []
        return [pid for pid in processes.all_pids()
                if self._namespace and _mounts(pid) == self._namespace
                and pid not in smbd]

    def _stop_daemons(self):
        """Helpers come last: smbd or one of them may have just started one."""
        stubborn = super()._stop_daemons()
        stubborn += processes.end_all(self.dcerpcd_pids, "helper")
        self._namespace = None
        return stubborn

    def _install(self):
        libexec = plugin.divert_worker(self.directory)
        # smbd does not say to samba-dcerpcd where to log.
        self.mounts = [*self.mounts,
                       ("--bind", libexec, plugin.LIBEXEC),
                       ("--bind", self.log_dir, "/var/log/samba")]
        return self.directory / "plugin"

    def _start_smbd(self):
        super()._start_smbd()
        self._namespace = _mounts(self._smbd.pid)

    def _start_dcerpcd(self):
        """smbd does."""


def _mounts(pid):
    """The mount namespace of pid; None when it is gone."""
    try:
        return os.readlink(f"/proc/{pid}/ns/mnt")
    except OSError:
        return None
