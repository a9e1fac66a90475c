# SPDX-License-Identifier: GPL-3.0-or-later
"""A Debian server on an emulated machine, with Debian's kernel."""

from server import PACKAGES, Server

_MACHINE = "linux-image-cloud-amd64 initramfs-tools qemu-system-x86 e2fsprogs"

_INIT = """\
#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t securityfs security /sys/kernel/security
mount -t tmpfs memory /tmp
mkdir -p /run/samba
ip link set lo up
exec >/dev/ttyS0 2>&1
echo "begin of output"
{script}
echo "end of output"
echo o >/proc/sysrq-trigger
sleep infinity
"""
# A bind mount shows the files that other mounts cover.
_BOOT = r"""
chmod +x /root/init
mkdir /view
mount --bind / /view
truncate --size=4G /tmp/disk
mke2fs -q -t ext4 -d /view /tmp/disk
timeout 300 qemu-system-x86_64 -accel tcg -m 1024 -nographic -no-reboot \
	-nic none -drive file=/tmp/disk,format=raw,if=virtio \
	-kernel /boot/vmlinuz-* -initrd /boot/initrd.img-* \
	-append "console=ttyS0 quiet panic=-1 root=/dev/vda rw init=/root/init"
"""


class Machine(Server):
    """It is set up like a Server, and its services run once it has booted."""

    def __init__(self, release, packages):
        super().__init__(release, f"{PACKAGES} {_MACHINE} {packages}")

    def boot(self, script):
        """Boot, and run a script as root; its output."""
        (self.root / "root/init").write_text(_INIT.format(script=script))
        said = self.output(_BOOT).replace("\r", "")
        return said.partition("begin of output\n")[2].partition(
            "end of output\n")[0]
