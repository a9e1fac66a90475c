# SPDX-License-Identifier: GPL-3.0-or-later
"""A DNS server for the test bed: Debian's dnsmasq."""

import socket
import struct
import tempfile
from pathlib import Path

from testbed import TestbedError, namespace, processes
from testbed.faults.hinder import stopped

_DNSMASQ = "/usr/sbin/dnsmasq"


class DnsServer:
    """The test bed's DNS server. It asks no other server.

    hosts: pairs of a name and an address; a name may have several addresses.
    aliases: pairs of an alias and the name it stands for. No other name
    exists.
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
        """Its log, with the queries."""
        return (Path(self._directory.name) / "output").read_text()

    def was_asked_for(self, name):
        """Whether it has been asked for this name."""
        return f"] {name} from " in self.log()

    def hung(self):
        """Stop it during a with block. Afterwards it answers what has come."""
        return stopped(self._daemon.pid)

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
