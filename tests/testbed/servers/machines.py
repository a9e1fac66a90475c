# SPDX-License-Identifier: GPL-3.0-or-later
"""More machines, on one network with the test bed's own.

Each has its own mounts, host name and network interface. It shares
processes, users and the rest with the test bed.
"""

import functools
import os
import shutil
from pathlib import Path

from testbed import TestbedError, namespace, processes, programs

NETWORK = "10.53.0"
CLIENTS = tuple(f"{NETWORK}.{n}" for n in range(21, 30))
NETWORK_IPV6 = "fd00:53:"
CLIENT_IPV6 = f"{NETWORK_IPV6}:21"

_BRIDGE = "lan0"


class Machine:
    """A machine with one network interface.

    files: its own files in /etc, name to content. The test bed can connect
    to it from the addresses in CLIENTS, and over IPv6 from CLIENT_IPV6.
    """

    def __init__(self, name, address, files=None):
        self.name = name
        self.address = address
        self.directory = namespace.ROOT / name
        # A machine of that name may have been there before.
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(mode=0o755)
        self._holder = self._make_namespaces()
        try:
            self._connect()
            self.run("hostname", name)
            self.mount("-t", "tmpfs", "-o", "mode=0755", name, "/run/samba")
            for file, content in (files or {}).items():
                self._replace(file, content)
        except BaseException:
            self.stop()
            raise

    def command(self, *argv):
        """The command line that runs a command on this machine."""
        return ["nsenter", f"--target={self._holder.pid}", "--mount", "--root",
                "--uts", "--net", "--", *map(str, argv)]

    def run(self, *argv, stdin=""):
        """Run a command on it; its output. TestbedError when it fails."""
        return programs.run(*self.command(*argv), stdin=stdin)

    def mount(self, *argv):
        self.run("mount", *argv)

    def announce(self, name, address=None):
        """Give the machine, or an address, a name that the test bed knows."""
        with open("/etc/hosts", "a", encoding="utf-8") as hosts:
            hosts.write(f"{address or self.address} {name}\n")

    def add_ipv6(self):
        """Give the machine an IPv6 address; the address."""
        address = f"{NETWORK_IPV6}:{self.address.rpartition('.')[2]}"
        self.run("ip", "address", "add", f"{address}/64", "dev", "eth0",
                 "nodad")
        return address

    def ports(self):
        """Where anything is served on IPv4: pairs of "tcp" or "udp" and port.
        """
        lines = map(str.split, self.run("ss", "-4Hltun").splitlines())
        return {(kind, int(place.rpartition(":")[2]))
                for kind, _, _, _, place, *_ in lines}

    def tcp_ports(self, pid):
        """The TCP ports on which one of its processes listens, on IPv4."""
        sockets = self.run("ss", "-4Hltnp").splitlines()
        return [int(line.split()[3].rpartition(":")[2]) for line in sockets
                if f",pid={pid}," in line]

    def pids(self):
        """Its live processes, except the one that holds its namespaces."""
        return [pid for pid in processes.all_pids()
                if pid != self._holder.pid
                and _network_of(pid) == self._network]

    def stop(self):
        """End it with all its processes. TestbedError when one was killed."""
        stubborn = processes.end_all(self.pids, self.name)
        self._holder.stop()
        if stubborn:
            raise TestbedError(f"had to be killed: {', '.join(stubborn)}")

    def _make_namespaces(self):
        holder = processes.Daemon(
            ["unshare", "--mount", "--uts", "--net", "--propagation=private",
             "sleep", "infinity"], self.directory / "machine.output")
        processes.wait_until(
            lambda: processes.arguments(holder.pid)[:1] == ["sleep"],
            f"{self.name} is up")
        self._network = _network_of(holder.pid)
        return holder

    def _connect(self):
        _bridge()
        namespace.ip(f"link add {self.name} type veth peer name eth0 "
                     f"netns {self._holder.pid}",
                     f"link set {self.name} master {_BRIDGE} up")
        self.run("ip", "-batch", "-", stdin="\n".join((
            "link set lo up", "link set eth0 up",
            f"address add {self.address}/24 dev eth0", "")))
        self.run("sh", "-c", f"echo {namespace.LOCAL_PORTS} "
                 "> /proc/sys/net/ipv4/ip_local_port_range")

    def _replace(self, file, content):
        own = self.directory / file
        own.write_text(content)
        own.chmod(0o644)
        self.mount("--bind", own, Path("/etc", file).resolve())


@functools.lru_cache(maxsize=None)
def _bridge():
    """Make the test bed's end of the network, once."""
    namespace.ip(
        f"link add {_BRIDGE} type bridge", f"link set {_BRIDGE} up",
        *(f"address add {address}/24 dev {_BRIDGE}" for address in CLIENTS))
    if namespace.has_ipv6():
        namespace.ip(f"address add {CLIENT_IPV6}/64 dev {_BRIDGE} nodad")


def _network_of(pid):
    try:
        return os.readlink(f"/proc/{pid}/ns/net")
    except OSError:
        return None
