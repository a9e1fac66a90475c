# SPDX-License-Identifier: GPL-3.0-or-later
"""A CTDB cluster on one machine: each node is a ctdbd and a Samba server."""

import contextlib
import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor

from testbed import TestbedError, namespace, processes, programs
from testbed.observe import ctdb
from testbed.servers import account_tables, standalone

NETWORK = "127.0.51"

# The databases with passwords and groups, which ctdbd keeps.
_ACCOUNT_TABLES = {"passdb.tdb": "private", "group_mapping.tdb": "state"}

# Make it notice and recover sooner than on real machines. The tunables that
# limit how long something waits keep their defaults.
_TUNABLES = {
    "DatabaseHashSize": 1009,
    "RerecoveryTimeout": 1,
    "MonitorInterval": 1,
}

# In the output of "ctdb statistics".
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

    nodes: how many. conf: parameters of smb.conf's global section, on all
    nodes. stock: without the plugin. tunables: more of CTDB's, name to
    value. first: the last number of the first node's address; two clusters
    at a time need different ones. followers: numbers of the nodes that never
    lead: a leader that hangs keeps the cluster's lock, so nobody could take
    over.
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
            # A follower that comes first holds up the election.
            for node in sorted(self.nodes, key=lambda node: (
                    node.number in self.followers)):
                node.start_ctdbd(self._tables)
            for node in self.nodes:
                node.wait_running()
            # The first one puts in place what the others share.
            self[0].start()
            with ThreadPoolExecutor() as at_once:
                list(at_once.map(Node.start, self.nodes[1:]))
            self.wait_healthy()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self):
        """End all processes of all nodes. TestbedError when one was killed."""
        with contextlib.ExitStack() as stack:
            for node in self.nodes:
                stack.callback(node.stop_ctdbd)
            for node in self.nodes:
                stack.callback(node.stop)

    def wait_healthy(self, nodes=None):
        """Wait until the cluster consists of these nodes, by default all."""
        expected = set(range(len(self.nodes)) if nodes is None else nodes)
        try:
            processes.wait_until(
                lambda: all(self[number].members() == expected
                            for number in expected),
                f"the cluster consists of nodes {expected}", 60)
        except TimeoutError as error:
            raise TestbedError(f"{error}; logs in {self.directory}") from error


class Node(standalone.Server):
    """One node of a Cluster: a server with a ctdbd."""

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
        """Start the node's ctdbd; tables: the databases of a new node."""
        if not self.base.exists():
            self._set_up_ctdb(tables)
        self._ctdbd = processes.Daemon(
            ["/usr/sbin/ctdbd", "-i"], self.directory / "ctdbd.output",
            {**os.environ, **self.ctdb_environment()})

    def wait_running(self):
        """Wait until Samba can start. CTDB calls the node healthy later."""
        processes.wait_until(self._runs, f"ctdbd {self.number} runs", 60)

    def stop_ctdbd(self):
        """End ctdbd; the node's Samba ends with it."""
        if self._ctdbd:
            self._ctdbd.stop()
        self._ctdbd = None

    def ctdbd_pid(self):
        return self._ctdbd.pid

    def ctdb(self, *arguments):
        """Run ctdb(1) on this node; its output. TestbedError when it fails."""
        return programs.run("ctdb", *arguments, env=self.ctdb_environment())

    def messages_sent(self):
        """How many messages the node's processes have sent by CTDB."""
        return int(_MESSAGES.search(self.ctdb("statistics"))[1])

    def ctdb_environment(self):
        """The environment in which ctdb(1) asks this node."""
        return {"CTDB_TEST_MODE": "yes", "CTDB_BASE": str(self.base),
                # In this mode, 4.25 looks for them nowhere else.
                "CTDB_TEST_HELPER_BINDIR": "/usr/libexec/ctdb"}

    def members(self):
        """The numbers of the healthy nodes, as this node sees them.

        Empty while the cluster recovers or is about to, and when ctdbd does
        not answer.
        """
        try:
            with self._ctdbd_socket() as ctdbd:
                return ctdbd.members()
        except OSError:
            return set()

    def begin_recovery(self):
        """Make the cluster recover. The leader begins within a second."""
        with self._ctdbd_socket() as ctdbd:
            ctdbd.begin_recovery()

    def _runs(self):
        try:
            with self._ctdbd_socket() as ctdbd:
                return ctdbd.runs()
        except OSError:
            return False

    def _ctdbd_socket(self):
        return ctdb.Socket(self.base / "run" / "ctdbd.socket")

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
        """Put the files of all nodes in one place, like a shared disk."""
        shares = self._cluster.directory / "shares"
        if not shares.exists():
            (self.directory / "shares").rename(shares)
        else:
            shutil.rmtree(self.directory / "shares")
        (self.directory / "shares").symlink_to(shares)


def _account_tables(place):
    """The databases with the accounts, in the form that ctdbd keeps."""
    for name in ("plain", "private", "state"):
        (place / name).mkdir(parents=True)
    account_tables.provision(place / "private", place / "state")
    tables = []
    for name, where in _ACCOUNT_TABLES.items():
        tables.append(place / name)
        programs.run("ltdbtool", "convert", "-s0", place / where / name,
                     place / name)
    return tables
