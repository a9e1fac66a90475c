# SPDX-License-Identifier: GPL-3.0-or-later
"""A CTDB cluster on one machine: for each node a ctdbd and a Samba server."""

import contextlib
import os
import re
import shutil
import subprocess

from testbed import TestbedError, namespace, processes, programs
from testbed.servers import account_tables, standalone

NETWORK = "127.0.51"

# What has passwords and groups, kept by ctdbd on a cluster.
_ACCOUNT_TABLES = {"passdb.tdb": "private", "group_mapping.tdb": "state"}

# As in a cluster of its own machines, but quick to notice and to recover.
# What bounds a wait is left as it is by default.
_TUNABLES = {
    "DatabaseHashSize": 1009,
    "RerecoveryTimeout": 1,
    "MonitorInterval": 1,
}

# In what "ctdb status" tells.
_HEALTHY = re.compile(r"^pnn:(\d+) \S+ +OK", re.MULTILINE)

# In what "ctdb statistics" tells.
_MESSAGES = re.compile(r"^ client$.*?req_message +(\d+)",
                       re.MULTILINE | re.DOTALL)

_CTDB_CONF = """\
[logging]
log level = NOTICE
[cluster]
cluster lock = {cluster}/lock
node address = {address}
leader capability = {may_lead}
leader timeout = 2
[database]
volatile database directory = {base}/volatile
persistent database directory = {base}/persistent
state database directory = {base}/state
[failover]
disabled = true
"""


class Cluster:
    """Nodes that serve the same files, users and sessions.

    nodes: how many. first: the last number of the first one's address, so
    that clusters can be there at the same time. conf: smb.conf parameters of the global section of all,
    name to value. stock: without the plugin. tunables: of CTDB, name to
    value, in addition to those that make the test bed quick. followers:
    numbers of the nodes that never lead the cluster: one that leads and
    hangs keeps the cluster's lock, so that no other can.
    """

    def __init__(self, nodes=3, conf=None, stock=False, tunables=None,
                 first=1, followers=()):
        self.directory = namespace.ROOT / f"cluster-{standalone.next_number()}"
        self.addresses = [f"{NETWORK}.{n}"
                          for n in range(first, first + nodes)]
        self.tunables = {**_TUNABLES, **(tunables or {})}
        self.followers = followers
        self._tables = None
        self.nodes = [Node(self, number, conf, stock)
                      for number in range(nodes)]

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def __getitem__(self, number):
        return self.nodes[number]

    def start(self):
        """Start all nodes and wait until each answers; self."""
        if not shutil.which("ctdbd"):
            raise TestbedError("no ctdbd: install Debian's package ctdb")
        self.directory.mkdir()
        self._tables = _account_tables(self.directory / "accounts")
        try:
            for node in self.nodes:
                node.start_ctdbd(self._tables)
            self.wait_healthy()
            for node in self.nodes:
                node.start()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self):
        """End all processes of all nodes; an error if one refused."""
        with contextlib.ExitStack() as stack:
            for node in self.nodes:
                stack.callback(node.stop_ctdbd)
            for node in self.nodes:
                stack.callback(node.stop)

    def wait_healthy(self, nodes=None):
        """Wait until these nodes, all by default, make up the cluster."""
        expected = set(range(len(self.nodes)) if nodes is None else nodes)
        try:
            processes.wait_until(
                lambda: all(self[number].members() == expected
                            for number in expected),
                f"nodes {expected} make up the cluster", 60)
        except TimeoutError as error:
            raise TestbedError(f"{error}; logs in {self.directory}") from error


class Node(standalone.Server):
    """One node of a Cluster, a server like any other but for its ctdbd."""

    def __init__(self, cluster, number, conf, stock):
        directory = cluster.directory / f"node{number}"
        self.number = number
        self.base = directory / "ctdb"
        self._cluster = cluster
        self._ctdbd = None
        super().__init__(
            {"clustering": "yes",
             "ctdbd socket": self.base / "run" / "ctdbd.socket",
             **(conf or {})},
            stock, cluster.addresses[number], directory=directory)

    def start_ctdbd(self, tables=()):
        """Start the node's ctdbd; tables: databases that it begins with."""
        if not self.base.exists():
            self._set_up_ctdb(tables)
        self._ctdbd = processes.Daemon(
            ["/usr/sbin/ctdbd", "-i"], self.directory / "ctdbd.output",
            {**os.environ, **self.ctdb_environment()})

    def stop_ctdbd(self):
        """End ctdbd, and the node's Samba with it."""
        if self._ctdbd:
            self._ctdbd.stop()
        self._ctdbd = None

    def ctdbd_pid(self):
        return self._ctdbd.pid

    def ctdb(self, *arguments):
        """Run the ctdb tool; its output. TestbedError when it fails."""
        return programs.run("ctdb", *arguments, env=self.ctdb_environment())

    def start_recovery(self):
        """Have the cluster recover; the process that waits until it has."""
        return subprocess.Popen(
            ["ctdb", "recover"], stdin=subprocess.DEVNULL,
            env={**os.environ, **self.ctdb_environment()})

    def messages_sent(self):
        """How many messages the node's processes have sent through CTDB."""
        return int(_MESSAGES.search(self.ctdb("statistics"))[1])

    def ctdb_environment(self):
        """What makes the ctdb tool ask this node."""
        return {"CTDB_TEST_MODE": "yes", "CTDB_BASE": str(self.base),
                # 4.25 finds them nowhere else in this mode
                "CTDB_TEST_HELPER_BINDIR": "/usr/libexec/ctdb"}

    def members(self):
        """The numbers of the healthy nodes, as this one sees them.

        Empty while the cluster recovers, and where ctdbd does not answer.
        """
        try:
            status = self.ctdb("-t", "5", "status")
        except TestbedError:
            return set()
        if "Recovery mode:NORMAL" not in status:
            return set()
        return {int(number) for number in _HEALTHY.findall(status)}

    def _set_up_ctdb(self, tables):
        for place in ("volatile", "persistent", "state", "run", "var",
                      "events/legacy"):
            (self.base / place).mkdir(parents=True)
        self._write("nodes", self._cluster.addresses)
        self._write("ctdb.tunables", (
            f"{name}={value}"
            for name, value in self._cluster.tunables.items()))
        self._write("ctdb.conf", [_CTDB_CONF.format(
            cluster=self._cluster.directory, base=self.base,
            address=self.address,
            may_lead=str(self.number not in self._cluster.followers).lower())])
        for table in tables:
            shutil.copy(table, self.base / "persistent"
                        / f"{table.name}.{self.number}")

    def _write(self, name, lines):
        (self.base / name).write_text("".join(f"{line}\n" for line in lines))

    def _provision(self):
        """All nodes have their files in one place, as on a cluster's disk."""
        shares = self._cluster.directory / "shares"
        if not shares.exists():
            (self.directory / "shares").rename(shares)
        else:
            shutil.rmtree(self.directory / "shares")
        (self.directory / "shares").symlink_to(shares)


def _account_tables(place):
    """The databases of accounts in the form in which ctdbd has them."""
    for name in ("plain", "private", "state"):
        (place / name).mkdir(parents=True)
    account_tables.provision(place / "private", place / "state")
    tables = []
    for name, where in _ACCOUNT_TABLES.items():
        tables.append(place / name)
        programs.run("ltdbtool", "convert", "-s0", place / where / name,
                     place / name)
    return tables
