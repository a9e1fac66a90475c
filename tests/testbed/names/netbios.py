# SPDX-License-Identifier: GPL-3.0-or-later
"""A NetBIOS name server for the test bed: Samba's nmbd."""

import tempfile
import time
from pathlib import Path

from testbed import TestbedError, namespace, processes, programs

_NMBD = "/usr/sbin/nmbd"

_DAY = 86400


class Lan:
    """A network of this machine only, with broadcasts (loopback has none)."""

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
    """nmbd on a Lan: it answers to names there, and is the WINS server.

    names: its own names. wins: names registered with WINS, name to address.
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
        return programs.succeeds("nmblookup", "-s", "/dev/null", *how,
                                 f"{name}#20")
