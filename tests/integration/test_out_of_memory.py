# SPDX-License-Identifier: GPL-3.0-or-later
"""Out of memory anywhere is ERROR_NOT_ENOUGH_MEMORY, and reported.

docs/spec.md#arguments
"""

import itertools

import pytest

from testbed.clients.connections import (
    ALIVE, CALLER, CLIENT, DELETED, Connection, connect)
from testbed.clients.session_enum import enumerate_sessions
from testbed.clients.srvsvc import (
    ERROR_ACCESS_DENIED, ERROR_NOT_ENOUGH_MEMORY, NERR_CLIENT_NAME_NOT_FOUND,
    NERR_SUCCESS, Pipe)
from testbed.faults.failing_memory import FOREVER, FailingMemory
from testbed.observe import audit, sanitizers
from testbed.processes import wait_until
from testbed.servers.standalone import Server

pytestmark = pytest.mark.skipif(
    sanitizers.active(), reason="the address sanitizer has its own malloc")

# Refusals above this number are only counted.
LINES_IN_A_FLOOD = 10

for_one_and_for_all = pytest.mark.parametrize(
    "number", [1, FOREVER], ids=["one fails", "all fail from there on"])


@pytest.fixture(name="memory", scope="module")
def _memory():
    with FailingMemory() as memory:
        yield memory


@pytest.fixture(name="samba")
def _samba(memory):
    """A new server for each test, because its worker has nothing open yet."""
    with Server(address="127.0.0.1", conf={"sessiondel:timeout": "2"},
                dcerpcd_env=memory.environment) as server:
        yield server


@pytest.fixture(name="pipe")
def _pipe(samba):
    with connect(samba, "sop", source=CALLER) as session:
        yield Pipe(session)


class Calls:
    """Calls, each with its lines in syslog."""

    def __init__(self, samba, pipe):
        self._samba = samba
        self._pipe = pipe
        self._lines = len(audit.result_lines(samba))

    def end(self, user):
        """The answer, and the fates of the matching sessions."""
        answer = self._pipe.net_session_del(user=user)
        call, *sessions = wait_until(self._whole, "its lines are there")
        self._lines += 1 + len(sessions)
        assert f"({answer}), " in call
        return answer, [line.rpartition(": ")[2] for line in sessions]

    def _whole(self):
        """The new lines, once there is one for each session."""
        lines = audit.result_lines(self._samba)[self._lines:]
        if not lines:
            return None
        matched = int(lines[0].split(" sessions ended")[0].split()[-1])
        return lines if len(lines) == 1 + matched else None


@for_one_and_for_all
def test_call_that_closes_without_memory(samba, memory, pipe, number):
    """However early memory runs out, what is asked to end is reported."""
    worker, calls = samba.worker_pids(), Calls(samba, pipe)
    answers = set()
    with Connection(samba, "2.1", source=CLIENT) as connection:
        for first in itertools.count(1):
            victim = connection.login("alice")
            with memory.failing(first, number) as failed:
                answer, fates = calls.end("alice")
            answers.add(answer)
            if answer == NERR_SUCCESS:
                assert fates == ["closed"]
            else:
                assert answer == ERROR_NOT_ENOUGH_MEMORY
            if fates in ([], ["not asked"]):
                assert victim.alive() == ALIVE
                assert calls.end("alice") == (NERR_SUCCESS, ["closed"])
            assert victim.alive() == DELETED
            if failed == [0]:
                break
    assert answer == NERR_SUCCESS
    assert answers == {NERR_SUCCESS, ERROR_NOT_ENOUGH_MEMORY}
    assert samba.worker_pids() == worker


@for_one_and_for_all
def test_call_that_matches_nothing_without_memory(samba, memory, pipe,
                                                  number):
    worker, calls = samba.worker_pids(), Calls(samba, pipe)
    for first in itertools.count(1):
        with memory.failing(first, number) as failed:
            answer, fates = calls.end("nobody-here")
        assert fates == []
        if failed == [0]:
            break
        assert answer in (NERR_CLIENT_NAME_NOT_FOUND, ERROR_NOT_ENOUGH_MEMORY)
    assert answer == NERR_CLIENT_NAME_NOT_FOUND
    assert samba.worker_pids() == worker


@for_one_and_for_all
def test_list_without_memory(samba, memory, pipe, number):
    """The list is complete, or there is none."""
    worker = samba.worker_pids()
    with connect(samba, "alice", source=CLIENT):
        answers = set()
        for first in itertools.count(1):
            with memory.failing(first, number) as failed:
                listing = enumerate_sessions(pipe, 502)
            answers.add(listing.result)
            assert len(listing.rows) == listing.total
            if listing.result == NERR_SUCCESS:
                assert (f"\\\\{CLIENT}", "alice") in listing.pairs()
                assert listing.total == 2
            if failed == [0]:
                break
    assert answers == {NERR_SUCCESS, ERROR_NOT_ENOUGH_MEMORY}
    assert samba.worker_pids() == worker


@for_one_and_for_all
def test_refusal_without_memory_is_a_refusal(samba, memory, number):
    with connect(samba, "bob", source=CLIENT) as stranger:
        pipe = Pipe(stranger)
        for first in itertools.count(1):
            with memory.failing(first, number) as failed:
                assert pipe.net_session_del(
                    user="alice") == ERROR_ACCESS_DENIED
            if failed == [0]:
                break
    wait_until(lambda: len([
        line for line in audit.syslog_lines(samba)
        if "ERROR_ACCESS_DENIED (5), 0 of 0" in line]) == min(
            first, LINES_IN_A_FLOOD), "they are reported")
