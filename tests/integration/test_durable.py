# SPDX-License-Identifier: GPL-3.0-or-later
"""Durable handles end with their session (docs/spec.md#what-is-torn-down)."""

import threading

import pytest

from testbed import series
from testbed.clients import durable, smb2
from testbed.clients.connections import (
    CALLER, CLIENT, OTHER_CLIENT, SUCCESS, Connection, connect, outcome)
from testbed.clients.durable import GONE, RECLAIMED, exclusively, shared_handle
from testbed.clients.srvsvc import ERROR_TIMEOUT, NERR_SUCCESS, Pipe
from testbed.observe import sessions
from testbed.processes import wait_until
from testbed.servers.standalone import Server

KINDS = {
    "v1": {"version": 1},
    "v2": {"version": 2},
    "v2-lease": {"version": 2, "lease": b"sixteen byte key"},
}


# Parameters with which durable handles survive, as on stock Samba.
KEEPING = {"told to": {"sessiondel:durable handles": "keep"}}
if series.HAS_PERSISTENT_HANDLES:
    KEEPING["persistent"] = {"persistent handles": "yes"}


@pytest.fixture(name="keeping_samba", scope="module",
                params=KEEPING.values(), ids=KEEPING)
def _keeping_samba(request):
    with Server(address="127.0.0.2", conf=request.param) as server:
        yield server


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_handle_of_a_lost_connection_can_be_reclaimed(samba, path, kind):
    """The other tests rely on this: these handles are durable."""
    handle = durable.Handle(**kind)
    with connect(samba, "alice", source=CLIENT) as session:
        handle.open(session, path)
    with durable.reconnect(session, source=CLIENT) as again:
        assert outcome(handle.reclaim, again, path) == RECLAIMED


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_handle_of_a_closed_session_cannot_be_reclaimed(samba, pipe, path,
                                                        kind):
    handle = durable.Handle(**kind)
    with connect(samba, "alice", source=CLIENT) as session:
        handle.open(session, path)
        assert pipe.net_session_del(user="alice") == NERR_SUCCESS
        with durable.reconnect(session, source=CLIENT) as again:
            assert outcome(handle.reclaim, again, path) == GONE


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_file_of_a_closed_session_is_free_at_once(samba, pipe, path, kind):
    handle = durable.Handle(**kind)
    with connect(samba, "alice", source=CLIENT) as session:
        sessions.wait_alone(samba, pipe.session, session)
        before = durable.traces(samba)
        held = handle.open(session, path, sharing=0)
        assert smb2.lock(held, 0, 10) == SUCCESS
        assert durable.traces(samba) != before
        assert pipe.net_session_del(user="alice") == NERR_SUCCESS
        assert durable.traces(samba) == before
        assert exclusively(samba, path) == SUCCESS


def test_two_handles_of_one_file_end_both(samba, pipe, path):
    lease = b"one key for both"
    handles = [durable.Handle(lease=lease) for _ in range(2)]
    with connect(samba, "alice", source=CLIENT) as session:
        sessions.wait_alone(samba, pipe.session, session)
        before = durable.traces(samba)
        for number, handle in enumerate(handles):
            held = handle.open(session, path)
            assert smb2.lock(held, number * 10, 10) == SUCCESS
        assert pipe.net_session_del(user="alice") == NERR_SUCCESS
        assert durable.traces(samba) == before
        with durable.reconnect(session, source=CLIENT) as again:
            assert [outcome(handle.reclaim, again, path)
                    for handle in handles] == [GONE, GONE]


def test_handles_of_the_users_other_session_survive(samba, pipe, path):
    """Two sessions of one user in one smbd, on two connections."""
    handle = durable.Handle()
    with Connection(samba, "3.0", source=CLIENT) as near:
        victim = near.login("alice")
        bystander = durable.reconnect(victim, source=OTHER_CLIENT)
        durable.Handle().open(victim, path)
        kept = handle.open(bystander, f"kept-{path}")
        kept.write(b"kept")
        assert pipe.net_session_del(CLIENT, "alice") == NERR_SUCCESS
        assert kept.read(0, 4) == b"kept"
        bystander.connection.close()
    with durable.reconnect(bystander, source=OTHER_CLIENT) as again:
        assert outcome(handle.reclaim, again, f"kept-{path}") == RECLAIMED


def test_bystanders_handle_survives_on_the_same_file(samba, pipe, path):
    """Two durable handles of two users in one smbd."""
    victims, bystanders = shared_handle(), shared_handle()
    with Connection(samba, "3.0", source=CLIENT) as connection:
        victim, bystander = connection.login("alice"), connection.login("bob")
        bystanders.open(bystander, path)
        victims.open(victim, path)
        assert pipe.net_session_del(user="alice") == NERR_SUCCESS
    with (durable.reconnect(bystander, source=CLIENT) as bob,
          durable.reconnect(victim, source=CLIENT) as alice):
        assert outcome(victims.reclaim, alice, path) == GONE
        assert outcome(bystanders.reclaim, bob, path) == RECLAIMED


def test_handles_of_sessions_that_ended_before_stay(samba, pipe, path):
    """They are disconnected already, so no session matches them."""
    handle = durable.Handle()
    with connect(samba, "alice", source=CLIENT) as session:
        handle.open(session, path)
    wait_until(lambda: not sessions.sessions_of(samba, "alice"),
               "alice's first session is gone")
    with connect(samba, "alice", source=OTHER_CLIENT):
        assert pipe.net_session_del(user="alice") == NERR_SUCCESS
    with durable.reconnect(session, source=CLIENT) as again:
        assert outcome(handle.reclaim, again, path) == RECLAIMED


@pytest.mark.parametrize("hang_up", [False, True],
                         ids=["stays", "hangs up"])
def test_own_sessions_handle_ends_after_the_answer(samba, path, hang_up):
    handle = durable.Handle()
    with connect(samba, "sop", source=CLIENT) as session:
        sessions.wait_alone(samba, session)
        before = durable.traces(samba)
        handle.open(session, path, sharing=0)
        assert Pipe(session).net_session_del(user="sop") == NERR_SUCCESS
        if hang_up:
            session.connection.close()
        wait_until(lambda: durable.traces(samba) == before,
                   "nothing of the handle is left")
        with durable.reconnect(session, source=CLIENT) as again:
            assert outcome(handle.reclaim, again, path) == GONE


def test_client_that_reclaims_in_a_race_does_not_get_it(samba, pipe, path):
    """It tries without a pause until its session is closed, and once more."""
    handle = durable.Handle()
    got = []
    closed = threading.Event()
    with (connect(samba, "alice", source=CLIENT) as session,
          durable.reconnect(session, source=OTHER_CLIENT) as again):
        handle.open(session, path)

        def race():
            after = False
            while not after:
                after = closed.is_set()
                got.append(outcome(handle.reclaim, again, path))

        racer = threading.Thread(target=race)
        racer.start()
        wait_until(lambda: got, "the race is on")
        answer = pipe.net_session_del(client=CLIENT, user="alice")
        closed.set()
        racer.join()
    if answer == NERR_SUCCESS:
        assert RECLAIMED not in got
        assert exclusively(samba, path) == SUCCESS
    else:
        assert answer == ERROR_TIMEOUT
        assert RECLAIMED in got


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_parameter_keeps_what_stock_does(keeping_samba, path, kind):
    handle = durable.Handle(**kind)
    with (connect(keeping_samba, "alice", source=CLIENT) as session,
          connect(keeping_samba, "sop", source=CALLER) as caller):
        handle.open(session, path)
        assert Pipe(caller).net_session_del(user="alice") == NERR_SUCCESS
        with durable.reconnect(session, source=CLIENT) as again:
            assert outcome(handle.reclaim, again, path) == RECLAIMED
