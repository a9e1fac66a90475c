# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo: the same story with the plugin and on stock Samba."""

import contextlib
import os
import re
import sys
import textwrap

from impacket.smbconnection import SessionError

from testbed import TestbedError, namespace
from testbed.accounts import PASSWORD
from testbed.clients.connections import (
    DISCONNECTED, Connection, connect, outcome, status_name)
from testbed.clients.srvsvc import rpcclient
from testbed.observe import audit, sessions
from testbed.processes import wait_until
from testbed.servers.standalone import Server

WIDTH = 80
PLACE = "127.0.0.21"
ELSEWHERE = "127.0.0.22"
USERS = ("alice", "bob", "carol")

DELETED = "STATUS_USER_SESSION_DELETED"
SUCCESS = "0 NERR_Success"
DENIED = "5 ERROR_ACCESS_DENIED"
NOT_FOUND = "2312 NERR_ClientNameNotFound"

# What rpcclient prints for them; nothing for success.
_RESULTS = {
    "": SUCCESS,
    "result was WERR_ACCESS_DENIED": DENIED,
    "result was WERR_NERR_CLIENTNAMENOTFOUND": NOT_FOUND,
}


def main():
    """Tell the story in namespaces of its own; the exit status."""
    try:
        if not sys.argv[1:]:
            return namespace.supervise(lambda lifeline: [
                sys.executable, os.path.realpath(sys.argv[0]),
                str(lifeline)])
        lifeline = int(sys.argv[1])
        namespace.prepare()
        return namespace.run_as_init(tell, lifeline)
    except TestbedError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1


def tell():
    """Tell the story with the plugin and without; the exit status."""
    unexpected = []
    for part, stock in ((with_plugin, False), (on_stock, True)):
        try:
            with Server(stock=stock) as server:
                scene = Scene(server)
                part(scene)
                unexpected += scene.unexpected
        except (TestbedError, TimeoutError) as error:
            unexpected.append(str(error))
    sys.stdout.flush()
    for line in unexpected:
        print(f"demo: not as it should be: {line}", file=sys.stderr)
    if not unexpected:
        print("\nAll as it should be. "
              "By hand: tests/testbed/testbed, see README.md.")
    return 1 if unexpected else 0


def with_plugin(scene):
    """A Server Operator closes one session and nothing else."""
    scene.heading("Debian's own Samba with the plugin")
    with scene.cast() as cast:
        print("alice and bob share one TCP connection, carol has her own:")
        scene.table(USERS)
        scene.call("sop", SUCCESS, "sop is a Server Operator")
        scene.table(("bob", "carol"))
        scene.line("bob still reads his file", cast.bob_reads(),
                   "what bob wrote")
        scene.line("alice's next request", cast.alice.alive(), DELETED)
        scene.line("carol opens alice's file exclusively",
                   cast.carol_opens_exclusively(), "STATUS_SUCCESS")
        scene.call("sop", NOT_FOUND, "nobody is left to match")
        scene.audit([
            r'NetSessionDel by "TESTBED\\\\sop" .*: closing session 0x.*',
            r'NetSessionDel by "TESTBED\\\\sop" .*: NERR_Success \(0\), '
            "1 of 1 sessions ended, .*",
            rf'session 0x\w+ of "TESTBED\\\\alice" at ipv4:{PLACE}:.*: closed',
            r".*: NERR_ClientNameNotFound \(2312\), 0 of 0 .*"])


def on_stock(scene):
    """A Server Operator may not close sessions; root ends a whole smbd."""
    scene.heading("The same on stock Samba")
    with scene.cast() as cast:
        print("alice and bob share one TCP connection, carol has her own:")
        scene.table(USERS)
        scene.call("sop", DENIED, "a Server Operator may not")
        scene.call("root", SUCCESS, "root may")
        scene.wait_until_left(("carol",))
        scene.table(("carol",))
        scene.line("alice's next request", cast.alice.alive(), DISCONNECTED)
        scene.line("bob, not asked for", cast.bob_reads(),
                   DISCONNECTED)
        scene.call("root", DENIED, "nobody is left to match")


class Scene:
    """A server, what is shown of it, and what of that was unexpected."""

    def __init__(self, server):
        self.server = server
        self.unexpected = []

    def heading(self, text):
        print(f"\n{text}\n{'=' * len(text)}", flush=True)

    def cast(self):
        """Log the users in; the Cast."""
        return Cast(self.server)

    def table(self, expected):
        """Show the session table; expected: the users, sorted."""
        print("  session     user   client      smbd")
        rows = sorted(self._rows(), key=lambda row: row["user"])
        for row in rows:
            print(f"  0x{row['session_id']:08x}  {row['user']:5}  "
                  f"{row['address']}  {row['pid']}")
        self._expect("the session table", [row["user"] for row in rows],
                     list(expected))

    def call(self, caller, expected, remark):
        """Close alice's session with rpcclient; expected: number and name."""
        # In quotes, because rpcclient would drop a backslash otherwise.
        command = rf'netsessdel "\\{PLACE}" alice'
        print(f"$ rpcclient -U '{caller}%{PASSWORD}' {self.server.address} "
              f"-c '{command}'")
        said = rpcclient(self.server, caller, command).stdout.strip()
        self.line(remark, _RESULTS.get(said, said), expected)

    def line(self, what, found, expected):
        """Show one observation."""
        print(f"  {what + ':':38} {found}")
        self._expect(what, found, expected)

    def audit(self, patterns):
        """Show the audit lines in syslog; patterns: one for each line."""
        print("syslog has:")
        lines = self._syslog_lines(len(patterns))
        for line in lines:
            print(textwrap.fill(line, WIDTH, initial_indent="  ",
                                subsequent_indent="    ",
                                break_on_hyphens=False))
        if len(lines) != len(patterns) or not all(
                map(re.fullmatch, patterns, lines)):
            self.unexpected.append(f"the audit lines are {lines}")

    def wait_until_left(self, users):
        """Wait until only these users have sessions."""
        sessions.wait_for_sessions(
            self.server, lambda table: {row["user"] for row in table
                                        if row["user"] in USERS} == set(users),
            f"sessions of {' and '.join(users)} are left")

    def _syslog_lines(self, number):
        """Wait for so many audit lines, which come after the answer."""
        with contextlib.suppress(TimeoutError):
            wait_until(lambda: len(audit.syslog_lines(self.server)) >= number,
                       f"{number} audit lines in syslog", seconds=5)
        return audit.syslog_lines(self.server)

    def _rows(self):
        return [row for row in sessions.session_table(self.server)
                if row["user"] in USERS]

    def _expect(self, what, found, expected):
        if found != expected:
            self.unexpected.append(f"{what}: {found}, not {expected}")


class Cast:
    """alice and bob on one TCP connection, carol on another."""

    def __init__(self, server):
        self._shared = Connection(server, source=PLACE)
        self.alice = self._shared.login("alice")
        self._bob = self._shared.login("bob")
        self._carol = connect(server, "carol", source=ELSEWHERE)
        self.alice.open("alice.txt", sharing=0).write(b"what alice wrote")
        self._bobs_file = self._bob.open("bob.txt")
        self._bobs_file.write(b"what bob wrote")

    def bob_reads(self):
        """What bob reads from his open file, or the error."""
        try:
            return self._bobs_file.read().decode()
        except SessionError as error:
            return status_name(error.getErrorCode())
        except OSError:
            return DISCONNECTED

    def carol_opens_exclusively(self):
        """The status that carol gets when she opens alice's file."""
        return outcome(
            lambda: self._carol.open("alice.txt", sharing=0).close())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._shared.close()
        self._carol.connection.close()
