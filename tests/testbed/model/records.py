# SPDX-License-Identifier: GPL-3.0-or-later
"""What one call must write: the audit lines, as they come in."""

import re
from typing import NamedTuple

from testbed.observe import audit
from testbed.processes import wait_until

_CALL = re.compile(
    r'NetSessionDel by "TESTBED\\\\(?P<caller>[^"]*)" \(\S+\) '
    r'from ipv4:(?P<address>[\d.]+):\d+: client "(?P<client>.*?)" '
    r'user "(?P<user>.*?)": '
    r'(closing (?P<closing>.*)|\w+ \((?P<answer>\d+)\), '
    r'(?P<ended>\d+) of (?P<matched>\d+) sessions ended, \d+\.\d{3} s)')
_ID = re.compile(r"\bsession 0x([0-9a-f]{8}) of ")
_SESSION = re.compile(
    r'session 0x(?P<id>[0-9a-f]{8}) of "TESTBED\\\\(?P<user>[^"]*)" '
    r'at ipv4:(?P<address>[\d.]+):\d+, smbd \S+: (?P<fate>.*)')


class Session(NamedTuple):
    """The line of one session."""

    user: str
    address: str
    fate: str


class Call(NamedTuple):
    """What is recorded of a call.

    address: the caller's. sessions: Session by id.
    """

    address: str
    client: str
    user: str
    answer: int
    ended: int
    announced: frozenset
    sessions: dict


class Reader:
    """Reads what a server's worker writes to syslog or to its log."""

    def __init__(self, server, where):
        self._tail = audit.Tail(server, where)
        self.where = where
        self._lines = []

    def call(self, caller):
        """The next Call of this caller. Waits until all its lines are there.

        What was written before it is skipped.
        """
        return wait_until(lambda: self._find(caller),
                          f"{caller}'s call is in the {self.where}")

    def skip(self):
        """Forget what has been written so far; the lines."""
        lines = self._lines + self._tail.take()
        self._lines = []
        return lines

    def _find(self, caller):
        self._lines += self._tail.take()
        announced = set()
        for number, line in enumerate(self._lines, 1):
            call = _CALL.fullmatch(line)
            if not call or call["caller"] != caller:
                continue
            if call["closing"]:
                announced |= {int(one, 16)
                              for one in _ID.findall(call["closing"])}
                continue
            end = number + int(call["matched"])
            if len(self._lines) < end:
                return None
            sessions = _sessions(self._lines[number:end])
            del self._lines[:end]
            return Call(*call.group("address", "client", "user"),
                        int(call["answer"]), int(call["ended"]),
                        frozenset(announced), sessions)
        return None


def _sessions(lines):
    matches = map(_SESSION.fullmatch, lines)
    return {int(one["id"], 16): Session(one["user"], one["address"],
                                        one["fate"])
            for one in matches}
