# SPDX-License-Identifier: GPL-3.0-or-later
"""The idle times in the list of sessions.

They are compared with each other, not with a clock: the client that was the
last to send something has the shorter one.
"""

import contextlib

import pytest

from testbed import namespace
from testbed.clients.connections import (
    ALIVE, CALLER, CLIENT, OTHER_CLIENT, Connection, connect,
    connect_to_stay)
from testbed.clients.multichannel import add_channel
from testbed.clients.session_enum import LEVELS, enumerate_sessions
from testbed.clients.srvsvc import NERR_SUCCESS, Pipe
from testbed.faults.kernel_answers import KernelAnswers
from testbed.needs import needs_ipv6
from testbed.observe import sanitizers
from testbed.processes import wait_until
from testbed.servers.standalone import Server

TIMED_LEVELS = [level for level in LEVELS if level != 0]
NOT_KNOWN = "the kernel does not say how long clients have been idle: "
# Seconds. Two requests with that between them differ in the list.
IDLE = 1

PLACES = [
    pytest.param({"source": CLIENT}, id="IPv4"),
    pytest.param({"source": "fd00:5e55::21"}, id="IPv6", marks=needs_ipv6),
    pytest.param({"source": namespace.LINK_LOCAL}, id="link-local",
                 marks=needs_ipv6),
    pytest.param({"source": CLIENT, "port": 139, "name": "STATION7"},
                 id="NetBIOS"),
]


@pytest.fixture(name="samba", scope="module")
def _samba():
    with Server() as server:
        yield server


@pytest.fixture(name="quiet")
def _quiet(samba):
    """A session that sends nothing after it has logged in, of carol."""
    with connect(samba, "carol", source=OTHER_CLIENT) as session:
        yield session


def idle_times(pipe, level=502):
    """The idle time of each user's session, from one list."""
    listing = enumerate_sessions(pipe, level)
    assert listing.result == NERR_SUCCESS
    return {row["username"]: row["idle_time"] for row in listing.rows}


def wait_idle(pipe, user, level=502):
    """Wait until a user's session is seen to be idle."""
    wait_until(lambda: idle_times(pipe, level)[user] >= IDLE,
               f"{user} is idle")


def wait_all_idle(pipe, *users):
    for user in users:
        wait_idle(pipe, user)


@pytest.mark.parametrize("place", PLACES)
def test_idle_time_ends_with_a_request(samba, pipe, quiet, place):
    with connect(samba, "alice", **place) as alice:
        wait_all_idle(pipe, "alice", "carol")
        assert alice.alive() == ALIVE
        times = idle_times(pipe)
        assert times["alice"] < times["carol"]
        wait_idle(pipe, "alice")
        assert quiet.alive() == ALIVE
        times = idle_times(pipe)
        assert times["carol"] < times["alice"]


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("level", TIMED_LEVELS)
def test_each_level_with_times_has_it(pipe, level):
    wait_idle(pipe, "carol", level)


def test_sessions_on_one_connection_share_it(samba, pipe, quiet):
    with Connection(samba, source=CLIENT) as connection:
        alice, _bob = connection.login("alice"), connection.login("bob")
        wait_all_idle(pipe, "alice", "bob", "carol")
        times = idle_times(pipe)
        assert times["alice"] == times["bob"]
        assert quiet.alive() == alice.alive() == ALIVE
        times = idle_times(pipe)
        assert times["alice"] == times["bob"] <= times["carol"]


def test_any_channel_of_a_session_counts(samba, pipe, quiet):
    with Connection(samba, "3.0", source=CLIENT, sign=True) as connection:
        first = connection.login("alice")
        second = add_channel(first, source="127.0.0.23")
        with second.connection:
            for channel in (second, first, second):
                wait_all_idle(pipe, "alice", "carol")
                assert quiet.alive() == channel.alive() == ALIVE
                times = idle_times(pipe)
                assert times["alice"] <= times["carol"]


@needs_ipv6
def test_both_families_and_two_ports_in_one_list(samba, pipe):
    with contextlib.ExitStack() as stack:
        for user, place in (("alice", {"source": "fd00:5e55::21"}),
                            ("bob", {"source": CLIENT, "port": 139}),
                            ("carol", {"source": OTHER_CLIENT})):
            stack.enter_context(connect(samba, user, **place))
        wait_until(lambda: all(
            seconds >= IDLE for user, seconds in idle_times(pipe).items()
            if user != "sop"), "all are idle")


@pytest.fixture(name="kernel", scope="module")
def _kernel():
    if sanitizers.active():
        pytest.skip("the sanitizers must be loaded first")
    with KernelAnswers() as answers:
        yield answers


@pytest.fixture(name="server", scope="module")
def _server(kernel):
    """One whose kernel's answers can be spoiled."""
    with Server(address="127.0.0.2", conf={"log level": "5"},
                dcerpcd_env=kernel.environment) as server:
        yield server


@pytest.fixture(name="idle_pipe", scope="module")
def _idle_pipe(server):
    """A caller's pipe; carol's session is idle."""
    with connect(server, "sop", source=CALLER) as session, \
            connect_to_stay(server, "carol", source=OTHER_CLIENT):
        pipe = Pipe(session)
        wait_idle(pipe, "carol")
        yield pipe


@pytest.mark.parametrize("fault", KernelAnswers.FAULTS)
def test_without_an_answer_all_are_0(server, kernel, idle_pipe, fault):
    before = server.log().count(NOT_KNOWN)
    with kernel.spoiled(fault):
        assert set(idle_times(idle_pipe).values()) == {0}
    assert server.log().count(NOT_KNOWN) == before + 1
    assert idle_times(idle_pipe)["carol"] >= IDLE
    assert server.log().count(NOT_KNOWN) == before + 1


def test_kernel_is_asked_only_for_lists_with_times(kernel, idle_pipe):
    kernel.order()
    enumerate_sessions(idle_pipe, 0)
    assert kernel.asked() == (0, [])
    enumerate_sessions(idle_pipe, 10, user="nobody-here")
    assert kernel.asked() == (0, [])
    enumerate_sessions(idle_pipe, 10)
    assert kernel.asked() == (1, [445])


def test_kernel_is_asked_only_for_ports_with_sessions(server, kernel,
                                                      idle_pipe):
    with connect(server, "alice", source=CLIENT, port=139):
        kernel.order()
        enumerate_sessions(idle_pipe, 10)
        assert kernel.asked() == (1, [139, 445])


def test_busy_machine_keeps_its_idle_times(kernel, idle_pipe):
    """What other processes take is not counted as time for the answer."""
    with kernel.spoiled("slow"):
        assert idle_times(idle_pipe)["carol"] >= IDLE
