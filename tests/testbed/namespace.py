# SPDX-License-Identifier: GPL-3.0-or-later
"""The test bed's own machine: namespaces for mounts, network and processes.

The namespaces end with their first process, so nothing stays on the host,
however the test bed ends.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

from testbed import TestbedError, accounts
from testbed.programs import run

ROOT = Path("/run/testbed")
HOSTNAME = "testbed"
SERVER_IPV6 = "fd00:5e55::1"
CLIENTS_IPV4 = tuple(f"127.0.0.{n}" for n in range(21, 30))
CLIENTS_IPV6 = tuple(f"fd00:5e55::{n}" for n in range(21, 30))
LINK_LOCAL = "fe80::21%client0"
# Those of clients; Samba's dynamic ports follow. samba-dcerpcd cannot listen at
# a port that a client had within the last minute, and then rpcd_classic hangs.
LOCAL_PORTS = "32768 49151"
# The DNS server in resolv.conf; none runs unless a test starts one.
NAME_SERVER = "127.0.0.1"

_SAMBA_DIRS = ("/etc/samba", "/var/lib/samba", "/var/cache/samba",
               "/var/log/samba")


def supervise(make_argv):
    """Run a command in new namespaces; its exit status.

    make_argv: gets the number of a file descriptor, and returns the command.
    The descriptor reaches its end when this process ends, see run_as_init().
    """
    # The kernel closes held when this process ends, if nothing did before.
    lifeline, held = os.pipe()
    process = subprocess.Popen(_unshare_command() + make_argv(lifeline),
                               pass_fds=[lifeline])
    os.close(lifeline)
    caught = []

    def end(number, _):
        if not caught:
            os.close(held)
        caught.append(number)

    # unshare blocks SIGTERM. The terminal sends SIGINT to the processes inside
    # too, so ignore it here; a handler, unlike SIG_IGN, is not inherited.
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGHUP, end)
    signal.signal(signal.SIGINT, lambda *_: None)
    status = process.wait()
    return 128 + caught[0] if caught else exit_status(status)


def exit_status(code):
    """The exit status that a shell would show for this return code."""
    return code if code >= 0 else 128 - code


def _unshare_command():
    command = ["unshare", "--mount", "--uts", "--ipc", "--net", "--pid",
               "--fork", "--mount-proc", "--kill-child"]
    if os.geteuid():
        _check_unprivileged()
        command += ["--map-root-user", "--map-auto"]
    return command + ["--"]


def _check_unprivileged():
    if shutil.which("newuidmap") and all(
            _has_range(f"/etc/{name}") for name in ("subuid", "subgid")):
        return
    raise TestbedError("not root: run as root, or install Debian's package "
                       "uidmap and give this user a range of ids in "
                       "/etc/subuid and /etc/subgid")


def _has_range(path):
    owners = (pwd.getpwuid(os.geteuid()).pw_name, str(os.geteuid()))
    with open(path, encoding="utf-8") as ranges:
        return any(line.split(":")[0] in owners for line in ranges)


def run_as_init(work, lifeline):
    """Call work() in a child and reap every orphan; the child's exit status.

    This must be the first process of a pid namespace: orphans become its
    children, and when it ends, the kernel kills the rest. It ends when the
    other end of lifeline is closed. PR_SET_PDEATHSIG would not do, because
    the kernel forgets it when a user namespace is entered.
    """
    child = os.fork()
    if not child:
        os.close(lifeline)
        sys.exit(work())
    threading.Thread(target=_end_with, args=[lifeline], daemon=True).start()
    signal.signal(signal.SIGINT, lambda *_: None)
    while True:
        pid, status = os.wait()
        if pid == child:
            return exit_status(os.waitstatus_to_exitcode(status))


def _end_with(lifeline):
    os.read(lifeline, 1)
    os._exit(128 + signal.SIGKILL)


def prepare():
    """Set the test bed's machine up in new namespaces."""
    if os.stat("/").st_uid:
        _change_root()
    run("mount", "-t", "tmpfs", "-o", "mode=0755", "testbed", "/run")
    for place in (ROOT, ROOT / "home", Path("/run/samba"), Path("/run/lock")):
        place.mkdir()
    _mount_samba_dirs()
    _mount_accounts()
    _mount_dev()
    _start_network()
    socket.sethostname(HOSTNAME)


def _change_root():
    """Change to a root directory of our own, with the host's mounted in it.

    In a user namespace the host's root directory belongs to nobody, and the
    loader trusts no module below a directory that is not root's.
    """
    here = os.getcwd()
    new = Path("/run")
    run("mount", "-t", "tmpfs", "-o", "mode=0755", "testbed", str(new))
    for entry in os.scandir("/"):
        own = new / entry.name
        if entry.is_symlink():
            own.symlink_to(os.readlink(entry.path))
        elif entry.is_dir():
            own.mkdir()
        else:
            own.touch()
        if not entry.is_symlink() and own != new / "run":
            run("mount", "--rbind", entry.path, str(own))
    os.chroot(new)
    os.chdir(here)


def _mount_samba_dirs():
    for place in _SAMBA_DIRS:
        if not os.path.isdir(place):
            raise TestbedError(f"{place} is missing: install Debian's "
                               "package samba")
        run("mount", "-t", "tmpfs", "-o", "mode=0755", "testbed", place)
    # Upstream's net needs it with any smb.conf.
    os.mkdir("/var/lib/samba/private", 0o700)


def _mount_accounts():
    files = accounts.unix_files()
    files["hosts"] = _hosts()
    # Long, so that only our own time limits end a look-up.
    files["resolv.conf"] = (f"nameserver {NAME_SERVER}\n"
                            "options timeout:30 attempts:5\n")
    etc = ROOT / "etc"
    etc.mkdir()
    for name, content in files.items():
        own = etc / name
        own.write_text(content)
        own.chmod(0o640 if "shadow" in name else 0o644)
        if os.path.exists(f"/etc/{name}"):
            run("mount", "--bind", str(own), f"/etc/{name}")


def _hosts():
    lines = [f"127.0.0.1 localhost {HOSTNAME}",
             f"{SERVER_IPV6} {HOSTNAME}"]
    for n, (ipv4, ipv6) in enumerate(zip(CLIENTS_IPV4, CLIENTS_IPV6), 21):
        lines += [f"{ipv4} client{n}", f"{ipv6} client{n}"]
    return "".join(f"{line}\n" for line in lines)


def _mount_dev():
    """Mount a /dev of our own, so that /dev/log is not the host's."""
    dev = ROOT / "dev"
    dev.mkdir()
    run("mount", "-t", "tmpfs", "-o", "mode=0755", "testbed", str(dev))
    for name in ("null", "zero", "full", "random", "urandom", "tty"):
        _bind_device(dev, name)
    # Bound like the others, ptmx would use the host's terminals.
    (dev / "ptmx").symlink_to("pts/ptmx")
    for name in ("pts", "shm"):
        (dev / name).mkdir()
    run("mount", "--rbind", "/dev/pts", str(dev / "pts"))
    run("mount", "-t", "tmpfs", "-o", "mode=1777", "testbed", str(dev / "shm"))
    (dev / "fd").symlink_to("/proc/self/fd")
    for n, name in enumerate(("stdin", "stdout", "stderr")):
        (dev / name).symlink_to(f"/proc/self/fd/{n}")
    run("mount", "--move", str(dev), "/dev")


def _bind_device(dev, name):
    (dev / name).touch()
    run("mount", "--bind", f"/dev/{name}", str(dev / name))


def _start_network():
    run("ip", "link", "set", "lo", "up")
    # As systemd sets it; with the kernel's 10, a burst would lose lines.
    _set("net/unix/max_dgram_qlen", "512")
    _set("net/ipv4/ip_local_port_range", LOCAL_PORTS)
    if not has_ipv6():
        return
    lines = [f"address add {address}/128 dev lo nodad"
             for address in (SERVER_IPV6, *CLIENTS_IPV6)]
    address, device = LINK_LOCAL.split("%")
    lines += [f"link add {device} type veth peer name {device}-peer",
              f"link set {device}-peer up", f"link set {device} up",
              f"address add {address}/64 dev {device} nodad"]
    ip(*lines)


def _set(parameter, value):
    """Set a parameter of the kernel if that is allowed."""
    path = Path("/proc/sys", parameter)
    if os.access(path, os.W_OK):
        path.write_text(value)


def ip(*lines):
    """Run these commands of ip(8)."""
    run("ip", "-batch", "-", stdin="\n".join(lines) + "\n")


def has_ipv6():
    """Whether this kernel has IPv6."""
    return os.path.exists("/proc/net/if_inet6")
