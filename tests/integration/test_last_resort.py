# SPDX-License-Identifier: GPL-3.0-or-later
"""A client cannot keep its session by keeping a request pending.

docs/spec.md#when-it-answers-and-with-what: shortly before the time limit, an
smbd that does not close its sessions must end, if nobody else is there.
"""

import pytest

from testbed import series
from testbed.clients import smb2
from testbed.clients.connections import (
    ALIVE, CALLER, CLIENT, DELETED, DISCONNECTED, OTHER_CLIENT, SUCCESS,
    Connection, connect, half_open, outcome)
from testbed.clients.srvsvc import (
    ERROR_TIMEOUT, LOST, NERR_SUCCESS, Pipe, wait_served)
from testbed.faults.hinder import stopped
from testbed.observe import audit
from testbed.observe.sessions import sessions_of, smbd_of, wait_client_gone
from testbed.processes import wait_reaped
from testbed.servers.standalone import Server

BY_USER = {"user": "alice"}
BY_CLIENT = {"client": CLIENT}
BY_BOTH = {"client": CLIENT, "user": "alice"}

by_each = pytest.mark.parametrize(
    "asked", [BY_USER, BY_CLIENT, BY_BOTH], ids="-".join)


@pytest.fixture(name="samba", scope="module")
def _samba():
    """A second passes before the last resort, and one after it."""
    with Server(address="127.0.0.1",
                conf={"sessiondel:timeout": "2"}) as server:
        yield server


@pytest.fixture(name="near")
def _near(samba):
    """A client's connection. It has ended when the next test begins."""
    with Connection(samba, source=CLIENT) as connection:
        yield connection
    wait_client_gone(samba, CLIENT)


def read_idle_pipe(session):
    """Leave a read of a pipe pending, for which a client needs no rights."""
    smb2.read(Pipe(session).opened()).wait_pending()


def call_half(session):
    smb2.never_answered(Pipe(session).opened())


def hung(connection, user="alice"):
    """A session of user that smbd does not close."""
    session = connection.login(user)
    call_half(session)
    return session


def log_in_meanwhile(samba, caller, connection, user):
    """Log in after a call has sent its closes, before its last resort."""
    wait_served(caller)
    with stopped(*samba.worker_pids()):
        return connection.login(user)


def users(samba):
    return sorted(row["user"] for row in sessions_of(samba, "alice", "bob"))


@by_each
@pytest.mark.parametrize("hang", [read_idle_pipe, call_half])
def test_session_with_a_pending_request_is_gone_with_its_files(
        samba, caller, near, hang, asked, path):
    alice = near.login("alice")
    alice.open(path, sharing=0)
    hang(alice)
    owner = smbd_of(samba, alice)
    with connect(samba, "carol", source=OTHER_CLIENT) as carol:
        assert outcome(carol.open, path, sharing=0) != SUCCESS
        assert Pipe(caller).net_session_del(**asked) == NERR_SUCCESS
        assert outcome(carol.open, path, sharing=0) == SUCCESS
    if hang is read_idle_pipe and series.CANCELS_READS:
        assert alice.alive() == DELETED
        return
    assert alice.alive() == DISCONNECTED
    wait_reaped(owner)


def test_end_with_its_smbd_is_recorded(samba, pipe, near):
    hung(near)
    with audit.Recording(samba, pipe) as record:
        assert pipe.net_session_del(user="alice") == NERR_SUCCESS
    call, session = record.syslog
    assert "NERR_Success (0), 1 of 1 sessions ended" in call
    # smbd deletes its records when it has to end.
    assert session.rpartition(": ")[2] in ("closed", "ended with its smbd")
    assert f"telling it to end, with its client {CLIENT}" in samba.log()


@pytest.mark.parametrize("asked", [BY_USER, BY_CLIENT], ids="-".join)
def test_to_log_in_again_does_not_help(samba, caller, near, asked):
    hung(near)
    waiting = Pipe(caller)
    waiting.send_session_del(**asked)
    again = log_in_meanwhile(samba, caller, near, "alice")
    assert again.alive() == ALIVE
    assert waiting.receive_werror() == NERR_SUCCESS
    assert again.alive() == DISCONNECTED
    assert users(samba) == []


@pytest.mark.parametrize("asked", [BY_USER, BY_BOTH], ids="-".join)
@pytest.mark.parametrize("meanwhile", [False, True],
                         ids=["before", "meanwhile"])
def test_another_account_protects_the_session(
        samba, caller, near, meanwhile, asked):
    alice = hung(near)
    owner = smbd_of(samba, alice)
    waiting = Pipe(caller)
    if meanwhile:
        waiting.send_session_del(**asked)
        bob = log_in_meanwhile(samba, caller, near, "bob")
    else:
        bob = near.login("bob")
        waiting.send_session_del(**asked)
    assert waiting.receive_werror() == ERROR_TIMEOUT
    assert bob.alive() == ALIVE
    assert owner in samba.smbd_pids()
    # What the manual says to do then.
    assert waiting.net_session_del(CLIENT) == NERR_SUCCESS
    assert bob.alive() == DISCONNECTED


def test_call_by_client_ends_all_accounts_of_a_connection(
        samba, caller, near):
    hung(near)
    bob = near.login("bob")
    assert Pipe(caller).net_session_del(CLIENT) == NERR_SUCCESS
    assert users(samba) == []
    assert bob.alive() == DISCONNECTED


@pytest.mark.parametrize("user, answer", [("alice", ERROR_TIMEOUT),
                                          ("sop", ERROR_TIMEOUT)])
def test_callers_own_smbd_is_not_ended(samba, near, user, answer):
    """The caller has its answer, and its own session is closed last."""
    hung(near, user)
    caller = near.login("sop")
    owner = smbd_of(samba, caller)
    assert Pipe(caller).net_session_del(CLIENT) == answer
    assert owner in samba.smbd_pids()
    assert len(sessions_of(samba, user)) >= 1
    with connect(samba, "sop", source=CALLER) as other:
        assert Pipe(other).net_session_del(CLIENT) == NERR_SUCCESS
    wait_reaped(owner)


def test_other_connections_live_on(samba, caller, near):
    """Those that were not asked for, and those that close their sessions."""
    hung(near)
    with (connect(samba, "alice", source=OTHER_CLIENT) as kept,
          Connection(samba, source=CLIENT) as obedient):
        closed, bob = obedient.login("alice"), obedient.login("bob")
        assert Pipe(caller).net_session_del(CLIENT, "alice") == NERR_SUCCESS
        assert closed.alive() == DELETED
        assert (kept.alive(), bob.alive()) == (ALIVE, ALIVE)


def test_unfinished_log_in_is_lost(samba, caller, near):
    hung(near)
    pipe, answers = Pipe(caller), []

    def call():
        answers.append(pipe.net_session_del(user="alice"))

    with pytest.raises(LOST), half_open(call):
        near.login("bob")
    assert answers == [NERR_SUCCESS]
    assert users(samba) == []


def test_session_that_ends_in_time_costs_no_smbd(samba, caller, near):
    """Long before the time is up."""
    alice = near.login("alice")
    owner = smbd_of(samba, alice)
    assert Pipe(caller).net_session_del(user="alice") == NERR_SUCCESS
    assert alice.alive() == DELETED
    assert owner in samba.smbd_pids()
