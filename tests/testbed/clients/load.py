# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that log in and out, and callers that close, without a pause.

They run in several processes, because impacket is slower than the server.
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

# smbstatus shows this user until a session is authenticated.
_LOGGING_IN = "(auth in progress)"

_stop = None


class Place(NamedTuple):
    """What clients must know about a server."""

    address: str
    smb_conf: str
    directory: object


class Query(NamedTuple):
    """Which sessions a caller closes."""

    client: Optional[str]
    user: Optional[str]

    def matches(self, row):
        """Whether a row of the session table matches."""
        return (row["user"] != _LOGGING_IN
                and self.client in (None, row["address"])
                and self.user in (None, row["user"]))


class Answer(NamedTuple):
    """The result of a call.

    matched: the sessions that it had to close. left: those of them that
    were still in the table when the answer came.
    """

    query: Query
    werror: int
    matched: frozenset
    left: frozenset


class Load:
    """Processes that use a server during a with block.

    clients: lists of (address, user) pairs, one list per process.
    callers: Queries, one per process.

    Afterwards, logins has how many there were, and answers each Answer.
    """

    def __init__(self, server, clients, callers):
        self._place = Place(server.address, server.smb_conf, server.directory)
        self._clients = clients
        self._callers = callers
        self._stack = contextlib.ExitStack()
        self._work = self._stop = None
        self.logins = 0
        self.answers = []

    def __enter__(self):
        # Forked processes inherit the event.
        context = multiprocessing.get_context("fork")
        self._stop = context.Event()
        pool = self._stack.enter_context(
            concurrent.futures.ProcessPoolExecutor(
                len(self._clients) + len(self._callers), context,
                initializer=_begin, initargs=[self._stop]))
        self._stack.callback(self._stop.set)
        self._work = (
            [pool.submit(_come_and_go, self._place, clients)
             for clients in self._clients],
            [pool.submit(_call, self._place, query)
             for query in self._callers])
        return self

    def __exit__(self, *_):
        with self._stack:
            self._stop.set()
            clients, callers = self._work
            self.logins = sum(work.result() for work in clients)
            self.answers = [answer for work in callers
                            for answer in work.result()]


def _begin(stop):
    global _stop
    _stop = stop


def _come_and_go(place, clients):
    """Log the clients in and out in turn; the number of log-ins."""
    clients = collections.deque(_Client(place, *who) for who in clients)
    logins = 0
    while not _stop.is_set():
        logins += clients[0].step()
        clients.rotate(-1)
    for client in clients:
        client.leave()
    return logins


class _Client:
    """A client that logs in and out."""

    def __init__(self, place, address, user):
        self._place = place
        self._address = address
        self._user = user
        self._connection = self._session = None

    def step(self):
        """Log in, or log out when logged in; the number of log-ins."""
        try:
            if self._session is None:
                self._login()
                return 1
            self._logout()
        except (SessionError, nmb.NetBIOSError, OSError):
            # When a close overtakes a log-in, the client loses track.
            self.leave()
        return 0

    def _login(self):
        if self._connection is None:
            self._connection = Connection(self._place, _DIALECT,
                                          source=self._address)
        self._session = self._connection.login(self._user)

    def _logout(self):
        session, self._session = self._session, None
        # The session may be closed already.
        with contextlib.suppress(smb3.SessionError):
            session.logoff()

    def leave(self):
        if self._connection is not None:
            self._connection.close()
        self._connection = self._session = None


def _call(place, query):
    """Close what matches a query, again and again; the Answers."""
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
                     if query.matches(row))
