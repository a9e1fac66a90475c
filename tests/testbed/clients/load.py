# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that log in and out, and callers that close, all without pause.

Each runs in a process of its own: impacket takes more time than the server.
"""

import collections
import concurrent.futures
import contextlib
import multiprocessing
from typing import NamedTuple, Optional

from impacket import nmb, smb3
from impacket.smbconnection import SessionError

from testbed.clients.connections import Connection
from testbed.clients.samba_pipe import SambaPipe
from testbed.observe import sessions

# The cheapest for impacket: no key derived, nothing signed.
_DIALECT = "2.1"

# smbstatus's user of a session that is not authenticated, so none to close.
_LOGGING_IN = "(auth in progress)"

_stop = None


class Place(NamedTuple):
    """What clients need to know of a server."""

    address: str
    smb_conf: str
    directory: object


class Query(NamedTuple):
    """Which sessions a caller closes."""

    client: Optional[str]
    user: Optional[str]

    def means(self, row):
        """Whether a row of the session table matches."""
        return (row["user"] != _LOGGING_IN
                and self.client in (None, row["address"])
                and self.user in (None, row["user"]))


class Answer(NamedTuple):
    """What a call gave. matched: the sessions that it had to close. left:
    those of them that were in the table when it was answered."""

    query: Query
    werror: int
    matched: frozenset
    left: frozenset


class Load:
    """Processes at work on a server in a with block.

    comers: for each process its clients, (address, user) pairs. callers:
    for each process its Query.

    Afterwards: logins, how many there were; answers, the list of Answer.
    """

    def __init__(self, server, comers, callers):
        self._place = Place(server.address, server.smb_conf, server.directory)
        self._comers = comers
        self._callers = callers
        self._stack = contextlib.ExitStack()
        self._work = self._stop = None
        self.logins = 0
        self.answers = []

    def __enter__(self):
        # Processes that inherit the event, whatever their parent runs in.
        context = multiprocessing.get_context("fork")
        self._stop = context.Event()
        pool = self._stack.enter_context(
            concurrent.futures.ProcessPoolExecutor(
                len(self._comers) + len(self._callers), context,
                initializer=_begin, initargs=[self._stop]))
        self._stack.callback(self._stop.set)
        self._work = (
            [pool.submit(_come_and_go, self._place, clients)
             for clients in self._comers],
            [pool.submit(_call, self._place, query)
             for query in self._callers])
        return self

    def __exit__(self, *_):
        with self._stack:
            self._stop.set()
            comers, callers = self._work
            self.logins = sum(work.result() for work in comers)
            self.answers = [answer for work in callers
                            for answer in work.result()]


def _begin(stop):
    global _stop
    _stop = stop


def _come_and_go(place, clients):
    """Log clients in and out in turn; the number of log-ins."""
    comers = collections.deque(_Comer(place, *client) for client in clients)
    logins = 0
    while not _stop.is_set():
        logins += comers[0].step()
        comers.rotate(-1)
    for comer in comers:
        comer.leave()
    return logins


class _Comer:
    """A client that logs in if it is out, and out if it is in."""

    def __init__(self, place, address, user):
        self._place = place
        self._address = address
        self._user = user
        self._connection = self._session = None

    def step(self):
        """Do the one or the other; how often it has logged in."""
        try:
            if self._session is None:
                self._login()
                return 1
            self._logout()
        except (SessionError, nmb.NetBIOSError, OSError):
            # A log-in that a close overtook leaves the client confused.
            self.leave()
        return 0

    def _login(self):
        if self._connection is None:
            self._connection = Connection(self._place, _DIALECT,
                                          source=self._address)
        self._session = self._connection.login(self._user)

    def _logout(self):
        session, self._session = self._session, None
        # It may have been closed.
        with contextlib.suppress(smb3.SessionError):
            session.logoff()

    def leave(self):
        if self._connection is not None:
            self._connection.close()
        self._connection = self._session = None


def _call(place, query):
    """Close what a query means, again and again; the Answers."""
    pipe = SambaPipe(place, "sop")
    answers = []
    while not _stop.is_set() or not answers:
        matched = _matching(place, query)
        werror = pipe.net_session_del(query.client, query.user)
        answers.append(Answer(query, werror, matched,
                              matched & _matching(place, query)))
    return answers


def _matching(place, query):
    return frozenset(row["session_id"]
                     for row in sessions.session_table(place)
                     if query.means(row))
