# SPDX-License-Identifier: GPL-3.0-or-later
"""Many clients, callers and sessions: no wrong close and no wrong answer."""

import itertools
import time

import pytest

from testbed import processes
from testbed.clients.connections import ALIVE, DELETED, Connection, connect
from testbed.clients.load import Load, Query
from testbed.clients.srvsvc import (
    NERR_CLIENT_NAME_NOT_FOUND, NERR_SUCCESS, Pipe)
from testbed.observe import audit, sanitizers, sessions
from testbed.servers.standalone import Server

BY_USER = Query(None, "alice")
BY_CLIENT = Query("127.0.0.21", None)
BY_BOTH = Query("127.0.0.22", "bob")

# Eight callers at a time.
CALLERS = [BY_USER] * 3 + [BY_CLIENT] * 3 + [BY_BOTH] * 2

# Clients that come and go. Each matches one or two of the queries.
COMERS = [("127.0.0.21", "alice"), ("127.0.0.21", "bob"),
          ("127.0.0.21", "carol"), ("127.0.0.22", "alice"),
          ("127.0.0.22", "bob"), ("127.0.0.23", "alice")]

# Clients that match no query: a query's user or client alone is not enough.
SURVIVORS = [("127.0.0.22", "carol"), ("127.0.0.23", "bob"),
             ("127.0.0.24", "jürgen"), ("127.0.0.22", "administrators")]

PROCESSES = 4

# As in test_memory.py, and the same again because the table may have more
# sessions than ever before when it is read.
TOLERANCE_KIB = 128


@pytest.fixture(name="samba", scope="module")
def _samba():
    """A server whose calls wait as long as they may."""
    with Server(address="127.0.0.9",
                conf={"sessiondel:timeout": "20"}) as server:
        yield server


def comers(clients):
    """This many clients, spread over the processes."""
    everyone = list(itertools.islice(itertools.cycle(COMERS), clients))
    return [everyone[number::PROCESSES] for number in range(PROCESSES)]


class Survivor:
    """A session that no call matches, next to one that all of them match."""

    def __init__(self, samba, number, client, user):
        self.connection = Connection(samba, "2.1", source=client)
        self.session = self.connection.login(user)
        self.file = self.session.open(f"survivor-{number}")
        self.file.write(b"begun")
        self.victims = 0

    def log_in_victim(self):
        self.connection.login("alice")
        self.victims += 1

    def prove_alive(self):
        assert self.session.alive() == ALIVE
        self.file.write(b"ended")
        assert self.file.read() == b"ended"


def rows_of(samba, survivors):
    ids = {one.session.id & 0xffffffff for one in survivors}
    return [row for row in sessions.session_table(samba)
            if row["session_id"] in ids]


def load(samba, clients, seconds):
    """Run for this long, and check that the survivors are alive; the Load."""
    with Load(samba, comers(clients), CALLERS) as work:
        survivors = [Survivor(samba, number, *who)
                     for number, who in enumerate(SURVIVORS)]
        before = rows_of(samba, survivors)
        assert [(row["address"], row["user"]) for row in sorted(
            before, key=lambda row: SURVIVORS.index(
                (row["address"], row["user"])))] == SURVIVORS
        end = time.monotonic() + seconds
        for survivor in itertools.cycle(survivors):
            survivor.log_in_victim()
            if time.monotonic() > end:
                break
    assert rows_of(samba, survivors) == before
    for survivor in survivors:
        survivor.prove_alive()
        survivor.connection.close()
    return work


def settled_kib(samba, worker):
    """The worker's memory when it has no call and no line to write left."""
    sessions.wait_for_sessions(samba, lambda table: not table, "all are gone")
    with connect(samba, "sop") as caller:
        with audit.Recording(samba, Pipe(caller)):
            pass
    return processes.resident_kib(worker)


LOADS = [pytest.param(24, 5, id="short"),
         pytest.param(200, 60, id="long", marks=pytest.mark.long)]


@pytest.mark.parametrize("clients, seconds", LOADS)
def test_closes_under_load(samba, request, clients, seconds):
    worker, = samba.worker_pids()
    load(samba, clients, seconds / 2)
    early = settled_kib(samba, worker)

    work = load(samba, clients, seconds)

    wrong = [answer for answer in work.answers if answer.left]
    assert wrong == []
    answers = [answer.werror for answer in work.answers]
    assert set(answers) <= {NERR_SUCCESS, NERR_CLIENT_NAME_NOT_FOUND}
    for query in (BY_USER, BY_CLIENT, BY_BOTH):
        assert any(answer.matched and answer.werror == NERR_SUCCESS
                   for answer in work.answers if answer.query == query)
    assert samba.worker_pids() == [worker]
    late = settled_kib(samba, worker)
    request.node.user_properties.append((
        f"load of {clients} clients for {seconds} s",
        f"{work.logins} log-ins, {len(answers)} calls, "
        f"{answers.count(NERR_SUCCESS)} of them closed sessions; "
        f"RssAnon {early} KiB before, {late} KiB after"))
    if not sanitizers.active():
        assert late - early <= TOLERANCE_KIB


MANY = [pytest.param(10, id="200"),
        pytest.param(100, id="2000", marks=pytest.mark.long)]


@pytest.mark.parametrize("each", MANY)
def test_one_call_closes_all_sessions_of_twenty_connections(samba, each):
    connections = [
        Connection(samba, "2.1", source=f"127.0.0.{21 + number % 8}")
        for number in range(20)]
    victims = [connection.login("alice") for connection in connections
               for _ in range(each)]
    bystanders = [connection.login("bob") for connection in connections]
    assert len(sessions.sessions_of(samba, "alice")) == len(victims)
    with connect(samba, "sop", source="127.0.0.29") as caller:
        pipe = Pipe(caller)
        with audit.Recording(samba, pipe, where=("log",)) as record:
            assert pipe.net_session_del(user="alice") == NERR_SUCCESS
            assert sessions.sessions_of(samba, "alice") == []
    call, *closed = record.log
    assert f"{len(victims)} of {len(victims)} sessions ended" in call
    assert len(set(closed)) == len(closed) == len(victims)
    assert {bystander.alive() for bystander in bystanders} == {ALIVE}
    assert {victim.alive() for victim in victims} == {DELETED}
    for connection in connections:
        connection.close()
