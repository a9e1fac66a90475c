# SPDX-License-Identifier: GPL-3.0-or-later
"""A Debian file server whose services are run by systemd."""

import subprocess

from server import PACKAGES, Server
from testbed.processes import wait_until
from tree import child_of, started

# Kernel settings and devices are the host's, so systemd cannot change them. Its
# control groups are below one of our own.
_BOOT = r"""
mount -t cgroup2 groups /mnt
mkdir "/mnt/$1"
echo 0 >"/mnt/$1/cgroup.procs"
umount /mnt
exec unshare --cgroup sh -ec '
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
mount -t tmpfs -o mode=755 devices /mnt
for name in null zero full random urandom tty; do
	cp -a "/dev/$name" /mnt
done
mkdir /mnt/pts /mnt/shm
ln -s pts/ptmx /mnt/ptmx
ln -s /proc/self/fd /mnt/fd
mount --move /mnt /dev
mount -t devpts -o newinstance,ptmxmode=0666 terminals /dev/pts
mount -t tmpfs -o mode=1777 memory /dev/shm
mount -t sysfs -o ro system /sys
mount -t cgroup2 groups /sys/fs/cgroup
mount -t tmpfs -o mode=755 run /run
ip link set lo up
echo up
exec env container=tests /lib/systemd/systemd --system --unit=basic.target \
	>/dev/null 2>&1
'
"""
_FORGET = r"""
mount -t cgroup2 groups /mnt
find "/mnt/$1" -depth -type d -exec rmdir {} \;
[ ! -e "/mnt/$1" ]
"""


class BootedServer(Server):
    """A Server whose services are started and stopped with systemctl."""

    def __init__(self, release):
        super().__init__(release, PACKAGES + " systemd systemd-sysv dbus")
        # Reinstalling Samba must also restart it.
        self.run("rm /usr/sbin/policy-rc.d")
        # nmbd waits for a network besides loopback, and smbd waits for nmbd.
        self.run("systemctl mask nmbd")
        self._group = f"sessiondel-tests-{self._pid}"
        _, unshare = started(self._enter(
            None, "unshare", "--mount", "--pid", "--fork", "--mount-proc",
            "--net", "--uts", "--ipc", "sh", "-ec", _BOOT, "boot",
            self._group))
        self._pid = self._net_pid = child_of(unshare)
        wait_until(lambda: self.systemctl("is-active basic.target"),
                   "systemd is up")

    def __exit__(self, *arguments):
        super().__exit__(*arguments)
        wait_until(lambda: subprocess.run(
            ["unshare", "--mount", "sh", "-c", _FORGET, "forget", self._group],
            stderr=subprocess.DEVNULL, check=False).returncode == 0,
                   "all its processes have ended")

    def systemctl(self, arguments):
        """Run systemctl; whether it succeeds."""
        return self.run(f"systemctl {arguments}", check=False).returncode == 0

    def launch_smbd(self):
        self.run("systemctl start smbd")

    def stop_smbd(self):
        self.run("systemctl stop smbd")
