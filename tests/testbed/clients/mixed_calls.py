# SPDX-License-Identifier: GPL-3.0-or-later
"""Thousands of calls of every kind, for problems that show only then."""

import contextlib

from testbed import TestbedError
from testbed.clients.connections import Connection, connect
from testbed.clients.samba_pipe import SambaPipe
from testbed.clients.srvsvc import (
    ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER, ERROR_TIMEOUT,
    NERR_CLIENT_NAME_NOT_FOUND, NERR_SUCCESS, Pipe)
from testbed.faults.hinder import stopped
from testbed.observe import sessions

# The user whose sessions are closed, and the one that closes its own.
VICTIM = "bob"
SELF_CLOSER = "adm"

_MALFORMED = [(None, None), ("", ""), (None, "x" * 1024), ("y" * 1024, None),
              ("\\\\\\", None), ("\\\\a/b", "alice"), (None, "a\nb")]
_LEVELS = (1, 2, 10, 502)


class MixedCalls:
    """Callers of a server; its sessiondel:timeout must be 1.

    Every answer is checked.
    """

    def __init__(self, server):
        self._server = server
        self._operator = SambaPipe(server, "sop")
        self._stranger = SambaPipe(server, "alice")
        self._victims = Connection(server, source="127.0.0.21")
        # Without a session of somebody else there, its smbd would be ended.
        self._victims.login("carol")
        # How many of a hundred calls; the rarer kinds need a log-in each.
        kinds = [(self.refuse, 45), (self.match_nothing, 30),
                 (self.malform, 14), (self.list_sessions, 5), (self.match, 5),
                 (self.end_own, 1)]
        self._cycle = [kind for kind, share in kinds for _ in range(share)]

    def make(self, count):
        """Make so many calls, of all kinds except those that wait."""
        for number in range(count):
            self._cycle[number % len(self._cycle)](number)

    def refuse(self, number):
        """A call for existing sessions, by a caller without rights."""
        _expect(ERROR_ACCESS_DENIED,
                self._stranger.net_session_del("127.0.0.1", f"no{number}"))

    def match_nothing(self, number):
        # Addresses: names would have to be looked up.
        names = ((f"\\\\192.0.2.{number % 256}", None),
                 ("2001:db8::7", f"nobody {number}"),
                 (None, f"nobody {number}"))
        _expect(NERR_CLIENT_NAME_NOT_FOUND,
                self._operator.net_session_del(*names[number % len(names)]))

    def malform(self, number):
        _expect(ERROR_INVALID_PARAMETER, self._operator.net_session_del(
            *_MALFORMED[number % len(_MALFORMED)]))

    def list_sessions(self, number):
        """A list, at each of the levels that have users."""
        level = _LEVELS[number % len(_LEVELS)]
        if "sop" not in dict(map(reversed,
                                 self._operator.session_enum(level))):
            raise TestbedError(f"the caller is not listed at level {level}")

    def match(self, _):
        self._victims.login(VICTIM)
        _expect(NERR_SUCCESS, self._operator.net_session_del(None, VICTIM))

    def end_own(self, _):
        _expect(NERR_SUCCESS, SambaPipe(self._server, SELF_CLOSER)
                .net_session_del(None, SELF_CLOSER))

    def time_out(self, count):
        """Make so many calls at once that end with their time limit."""
        with self.waiting(count) as pipes:
            for pipe in pipes:
                _expect(ERROR_TIMEOUT, pipe.receive_werror())

    def hang_up(self, count):
        """Make so many calls and hang up before they are answered."""
        with self.waiting(count) as pipes:
            for pipe in pipes:
                pipe.session.connection.close()
            sessions.wait_gone(self._server, SELF_CLOSER)

    def close(self):
        """End all sessions, and wait until they are gone."""
        self._operator = self._stranger = None
        self._victims.close()
        sessions.wait_for_sessions(self._server, lambda table: not table,
                                   "all sessions are gone")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @contextlib.contextmanager
    def waiting(self, count):
        """Pipes with calls that wait for a session of a stopped smbd."""
        self._victims.login(VICTIM)
        victim, = sessions.sessions_of(self._server, VICTIM)
        with contextlib.ExitStack() as stack:
            callers = [stack.enter_context(connect(self._server, SELF_CLOSER))
                       for _ in range(count)]
            pipes = [Pipe(caller) for caller in callers]
            with stopped(victim["pid"]):
                for pipe in pipes:
                    pipe.send_session_del(user=VICTIM)
                self._wait_served()
                yield pipes
        sessions.wait_gone(self._server, VICTIM, SELF_CLOSER)

    def _wait_served(self):
        """Wait until the worker has read all pipes, as wait_served() does."""
        for number in range(2):
            self.match_nothing(number)


def _expect(wanted, answer):
    if answer != wanted:
        raise TestbedError(f"NetrSessionDel answered {answer}, not {wanted}")
