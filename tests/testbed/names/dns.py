# SPDX-License-Identifier: GPL-3.0-or-later
"""Name servers of the test bed: Debian's dnsmasq, and Samba's nmbd."""

import contextlib
import os
import signal
import socket
import struct
import subprocess
import tempfile
import time
from pathlib import Path

from testbed import TestbedError, namespace, processes

_DNSMASQ = "/usr/sbin/dnsmasq"
_NMBD = "/usr/sbin/nmbd"

_DAY = 86400


class DnsServer:
    """A DNS server for the whole namespace, which asks no other one.

    hosts: pairs of a name and an address, a name perhaps several times.
    aliases: pairs of a name and the name that it stands for. Any other name
    does not exist.
    """

    def __init__(self, hosts, aliases=()):
        self._hosts = hosts
        self._aliases = aliases
        self._directory = None
        self._daemon = None

    def __enter__(self):
        self._directory = tempfile.TemporaryDirectory(dir=namespace.ROOT)
        output = Path(self._directory.name) / "output"
        self._daemon = processes.Daemon(
            [_DNSMASQ, "--keep-in-foreground", "--conf-file=/dev/null",
             "--no-hosts", "--no-resolv", "--local=//", "--pid-file=",
             "--user=root", "--bind-interfaces", "--log-facility=-",
             f"--listen-address={namespace.NAME_SERVER}",
             "--log-queries", *self._records()], output)
        processes.wait_until(lambda: self._answers(output),
                             "dnsmasq answers")
        return self

    def __exit__(self, *_):
        self._daemon.stop()
        self._directory.cleanup()

    def log(self):
        """What it wrote: the queries, among others."""
        return (Path(self._directory.name) / "output").read_text()

    def was_asked_for(self, name):
        """Whether anybody has asked for that name yet."""
        return f"] {name} from " in self.log()

    @contextlib.contextmanager
    def hung(self):
        """Make it answer nobody meanwhile; then it answers everybody."""
        os.kill(self._daemon.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._daemon.pid, signal.SIGCONT)

    def _records(self):
        return ([f"--host-record={name},{address}"
                 for name, address in self._hosts] +
                [f"--cname={alias},{name}" for alias, name in self._aliases])

    def _answers(self, output):
        if not self._daemon.alive():
            raise TestbedError(f"dnsmasq ended: {output.read_text().strip()}")
        query = struct.pack(">6H5sB2H", 1, 0x100, 1, 0, 0, 0, b"\4test", 0,
                            1, 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0.1)
            client.connect((namespace.NAME_SERVER, 53))
            client.send(query)
            try:
                return bool(client.recv(512))
            except (ConnectionRefusedError, TimeoutError):
                return False


class Lan:
    """A network of this machine's own that has broadcasts."""

    device = "netbios0"
    address = "10.77.0.1"
    prefix = 24
    broadcast = "10.77.0.255"

    def __enter__(self):
        namespace.ip(f"link add {self.device} type veth "
                     f"peer name {self.device}-peer",
                     f"address add {self.address}/{self.prefix} broadcast + "
                     f"dev {self.device}",
                     f"link set {self.device}-peer up",
                     f"link set {self.device} up")
        return self

    def __exit__(self, *_):
        namespace.ip(f"link delete {self.device}")


class NetbiosServer:
    """nmbd: has names on a Lan, and is the WINS server there.

    names: those that it has itself. wins: those that it was told of, name
    to address.
    """

    def __init__(self, lan, names, wins):
        self._lan = lan
        self._names = names
        self._wins = wins
        self._directory = None
        self._daemon = None

    def __enter__(self):
        self._directory = tempfile.TemporaryDirectory(dir=namespace.ROOT)
        own = Path(self._directory.name)
        conf = own / "smb.conf"
        conf.write_text(
            "[global]\n" + "".join(f"{name} directory = {own}\n" for name in (
                "lock", "state", "cache", "pid")) +
            f"private dir = {own}\nncalrpc dir = {own}\n"
            f"interfaces = {self._lan.address}/{self._lan.prefix}\n"
            "wins support = yes\n"
            "netbios name = NMBD\n"
            f"netbios aliases = {' '.join(self._names)}\n")
        tomorrow = int(time.time()) + _DAY
        (own / "wins.dat").write_text("VERSION 1 0\n" + "".join(
            f'"{name}#20" {tomorrow} {address} 64R\n'
            for name, address in self._wins.items()))
        self._daemon = processes.Daemon(
            [_NMBD, "-F", "--no-process-group", "-s", str(conf), "-l",
             str(own)], own / "output")
        processes.wait_until(
            lambda: all(self._knows(name, "--broadcast", self._lan.broadcast)
                        for name in self._names) and
            all(self._knows(name, "--recursion", "--unicast",
                            self._lan.address) for name in self._wins),
            "nmbd knows its names")
        return self

    def __exit__(self, *_):
        self._daemon.stop()
        self._directory.cleanup()

    def _knows(self, name, *how):
        if not self._daemon.alive():
            raise TestbedError("nmbd ended")
        return not subprocess.run(
            ["nmblookup", "-s", "/dev/null", *how, f"{name}#20"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            check=False).returncode
