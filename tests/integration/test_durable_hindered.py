# SPDX-License-Identifier: GPL-3.0-or-later
"""Durable handles end with their session when something gets in the way.

docs/spec.md#what-is-torn-down
"""

import contextlib
import os
import signal
import threading
import uuid

import pytest

from testbed import processes, series
from testbed.clients import durable, smb2
from testbed.clients.connections import (
    CALLER, CLIENT, DELETED, OTHER_CLIENT, SUCCESS, Connection, connect,
    outcome)
from testbed.clients.durable import GONE, RECLAIMED, exclusively
from testbed.clients.multichannel import as_client
from testbed.clients.srvsvc import (
    ERROR_TIMEOUT, NERR_INTERNAL_ERROR, NERR_SUCCESS, WINREG, Pipe,
    wait_served, werror)
from testbed.faults import share_mode_lock
from testbed.faults.hinder import no_descriptors, stopped
from testbed.observe import sessions
from testbed.processes import wait_until
from testbed.servers.standalone import Server


# The answer, and what becomes of the handle, where only its record can say whose
# it is.
OF_UNKNOWN_OWNER = ((NERR_SUCCESS, GONE) if series.OPENS_NAME_SESSION
                    else (ERROR_TIMEOUT, RECLAIMED))


@pytest.fixture(name="pipe")
def _pipe(caller):
    return Pipe(caller)


@pytest.fixture(name="hasty_pipe")
def _hasty_pipe(hasty_caller):
    return Pipe(hasty_caller)


def reclaimed(handle, session, path):
    """What the session's client gets when it reclaims its handle."""
    with durable.reconnect(session, source=CLIENT) as again:
        return outcome(handle.reclaim, again, path)


def held(samba, path):
    return share_mode_lock.held(
        samba, samba.directory / "shares" / durable.SHARE / path)


@contextlib.contextmanager
def fresh_worker(samba):
    """A worker that has opened what it needs, except for leases."""
    samba.restart_dcerpcd()
    with (connect(samba, "alice", source=CLIENT) as session,
          connect(samba, "sop", source=CALLER) as caller):
        durable.Handle().open(session, "no-lease.txt")
        pipe = Pipe(caller)
        assert pipe.net_session_del(user="alice") == NERR_SUCCESS
        worker, = samba.worker_pids()
        yield pipe, worker


@contextlib.contextmanager
def hindered(pipe, session, hindrance):
    """Close the session by pipe, with the hindrance in place before the worker
    sees that it has ended. The hindrance ends after the with block."""
    with contextlib.ExitStack() as stack:
        with durable.unseen_end(pipe, session):
            stack.enter_context(hindrance)
        yield


def test_process_that_hangs_at_the_file_stops_no_call(samba, pipe, path):
    handle, other = durable.Handle(), Pipe(pipe.session)
    with connect(samba, "alice", source=CLIENT) as session:
        sessions.wait_alone(samba, pipe.session, session)
        before = durable.traces(samba)
        handle.open(session, path)
        with hindered(pipe, session, held(samba, path)):
            assert other.server_info() == "TESTBED"
            answer = smb2.read(pipe.opened()).wait_pending()
            assert reclaimed(handle, session, path) == GONE
            with connect(samba, "bob", source=OTHER_CLIENT):
                assert other.net_session_del(user="bob") == NERR_SUCCESS
            assert durable.traces(samba) != before
        assert werror(answer) == NERR_SUCCESS
        assert durable.traces(samba) == before


def test_answer_shows_that_a_file_is_not_free(hasty_samba, hasty_pipe, path):
    """The file is freed anyway, as soon as that is possible."""
    handle = durable.Handle()
    with connect(hasty_samba, "alice", source=CLIENT) as session:
        sessions.wait_alone(hasty_samba, hasty_pipe.session, session)
        before = durable.traces(hasty_samba)
        handle.open(session, path)
        with hindered(hasty_pipe, session, held(hasty_samba, path)):
            assert hasty_pipe.receive_werror() == ERROR_TIMEOUT
        wait_until(lambda: durable.traces(hasty_samba) == before,
                   "nothing of the handle is left")
        assert reclaimed(handle, session, path) == GONE


def test_refused_lock_logs_no_lines(hasty_samba):
    assert "g_lock_unlock failed" not in hasty_samba.log()


def test_handle_of_a_session_that_ends_after_the_answer(
        hasty_samba, hasty_pipe, path):
    handle = durable.Handle()
    with connect(hasty_samba, "alice", source=CLIENT) as session:
        sessions.wait_alone(hasty_samba, hasty_pipe.session, session)
        before = durable.traces(hasty_samba)
        handle.open(session, path, sharing=0)
        with stopped(sessions.smbd_of(hasty_samba, session)):
            assert hasty_pipe.net_session_del(user="alice") == ERROR_TIMEOUT
        wait_until(lambda: durable.traces(hasty_samba) == before,
                   "nothing of the handle is left")
        assert reclaimed(handle, session, path) == GONE
        assert exclusively(hasty_samba, path) == SUCCESS


def test_failed_end_is_tried_again(samba, path):
    """To remove a lease, the worker must open the table of leases."""
    handle = durable.Handle(lease=os.urandom(16))
    with (fresh_worker(samba) as (pipe, worker),
          connect(samba, "alice", source=CLIENT) as session):
        sessions.wait_alone(samba, pipe.session, session)
        before = durable.traces(samba)
        handle.open(session, path, sharing=0)
        with hindered(pipe, session, no_descriptors(worker)):
            answer = smb2.read(pipe.opened()).wait_pending()
            wait_until(lambda: durable.traces(samba)["smbXsrv_open_global"]
                       == before["smbXsrv_open_global"],
                       "the open is gone, but not the lease")
            assert durable.traces(samba) != before
        assert werror(answer) == NERR_SUCCESS
        assert durable.traces(samba) == before
        assert exclusively(samba, path) == SUCCESS


def test_answer_shows_that_ending_a_handle_failed(hasty_samba, path):
    handle = durable.Handle(lease=os.urandom(16))
    with (fresh_worker(hasty_samba) as (pipe, worker),
          connect(hasty_samba, "alice", source=CLIENT) as session):
        handle.open(session, path)
        with hindered(pipe, session, no_descriptors(worker)):
            assert pipe.receive_werror() == NERR_INTERNAL_ERROR


@pytest.fixture(name="crashed_samba")
def _crashed_samba():
    """One of its smbds was killed, and had a session without a connection."""
    with Server(address="127.0.0.3") as server:
        with as_client(uuid.uuid4().bytes):
            lost, kept = (Connection(server, "3.0", source=OTHER_CLIENT)
                          for _ in range(2))
        bob, carol = lost.login("bob"), kept.login("carol")
        smb2.never_answered(Pipe(bob).opened())
        smbd = sessions.smbd_of(server, carol)
        lost.close()
        wait_until(lambda: not sessions.sessions_of(server, "bob"),
                   "smbd has noticed it")
        processes.send(smbd, signal.SIGKILL)
        processes.wait_reaped(smbd)
        yield server


def test_record_that_a_crash_has_left_may_be_of_any_smbd(crashed_samba, path):
    """Nobody can read it until Samba restarts."""
    def close():
        handle = durable.Handle()
        with (connect(crashed_samba, "sop", source=CALLER) as caller,
              connect(crashed_samba, "alice", source=CLIENT) as alice):
            handle.open(alice, path)
            answer = Pipe(caller).net_session_del(user="alice")
            assert alice.alive() == DELETED
        return answer, reclaimed(handle, alice, path)

    assert close() == OF_UNKNOWN_OWNER
    crashed_samba.restart()
    assert close() == (NERR_SUCCESS, GONE)


def test_handle_that_was_reclaimed_is_no_success(samba, pipe, path):
    handle = durable.Handle()
    with connect(samba, "alice", source=CLIENT) as session:
        handle.open(session, path)
        with durable.unseen_end(pipe, session):
            again = durable.reconnect(session, source=CLIENT)
            handle.reclaim(again, path)
        with again:
            assert pipe.receive_werror() == ERROR_TIMEOUT


def test_locks_end_beside_those_of_others(samba, pipe, path):
    """smbd keeps the locks of a durable handle that may write, if no other open
    has locks. A client with the same lease may also have the file open."""
    lease = os.urandom(16)
    with connect(samba, "alice", source=CLIENT) as session, \
            durable.reconnect(session, user="bob") as bystander:
        mine = durable.Handle(lease=lease).open(session, path)
        his = durable.Handle(lease=lease).open(bystander, path)
        assert {smb2.lock(mine, offset, 10) for offset in (0, 40)} == {SUCCESS}
        with durable.unseen_end(pipe, session):
            assert smb2.lock(his, 20, 10) == SUCCESS
            kept = 2 if series.KEEPS_HANDLES_BESIDE_OTHERS else 0
            assert durable.byte_range_locks(samba) == kept + 1
        assert pipe.receive_werror() == NERR_SUCCESS
        assert durable.byte_range_locks(samba) == 1
        assert smb2.unlock(his, 20, 10) == SUCCESS


def unread(connection):
    """Whether its smbd has something to read."""
    return int(sessions.server_end(connection)[4].partition(":")[2], 16) > 0


def test_handle_opened_when_the_session_was_asked_to_end(samba, pipe, path):
    """smbd has received the request to open it, but has not read it yet.

    Nothing links it to the closed session then, so its client keeps it.
    """
    handle = durable.Handle()
    with connect(samba, "alice", source=CLIENT) as session:
        session.open(f"other-{path}", durable.SHARE)
        opened = []
        opener = threading.Thread(target=lambda: opened.append(
            outcome(handle.open, session, path)))
        with stopped(sessions.smbd_of(samba, session)):
            opener.start()
            wait_until(lambda: unread(session.connection),
                       "the request is sent")
            pipe.send_session_del(user="alice")
            wait_served(pipe.session)
        opener.join()
        assert opened == [SUCCESS]
        assert pipe.receive_werror() == NERR_SUCCESS
        assert reclaimed(handle, session, path) == SUCCESS


@contextlib.contextmanager
def slow_victim(samba, near):
    """A session of sop on a connection that cannot end in the with block: it
    waits for the end of bob's session, whose smbd hangs."""
    victim = near.login("sop")
    with connect(samba, "bob", source=OTHER_CLIENT) as bob:
        with stopped(sessions.smbd_of(samba, bob)):
            Pipe(victim).transact_session_del(user="bob").wait_pending()
            yield victim


def test_handle_of_another_session_that_ends_meanwhile(samba, path):
    """It has the same user and the same smbd."""
    his, kept = durable.Handle(), durable.Handle()
    with (connect(samba, "root", source=CALLER) as session,
          Connection(samba, "3.0", source=CLIENT) as near):
        pipe = Pipe(session)
        with slow_victim(samba, near) as victim:
            other = durable.reconnect(victim, source=OTHER_CLIENT)
            his.open(victim, path)
            kept.open(other, f"kept-{path}")
            pipe.send_session_del(CLIENT, "sop")
            wait_served(session)
            other.connection.close()
            wait_until(lambda: len(sessions.sessions_of(samba, "sop")) == 1,
                       "the other session has ended")
        answer = pipe.receive_werror()
    assert reclaimed(kept, other, f"kept-{path}") == RECLAIMED
    assert (answer, reclaimed(his, victim, path)) == OF_UNKNOWN_OWNER


def test_handle_of_a_session_that_came_and_went_meanwhile(samba, path):
    """It is of the same user in the same smbd, and no call asked for it."""
    his, kept = durable.Handle(), durable.Handle()
    with (connect(samba, "root", source=CALLER) as session,
          Connection(samba, "3.0", source=CLIENT) as near):
        pipe = Pipe(session)
        with slow_victim(samba, near) as victim:
            his.open(victim, path)
            pipe.send_session_del(CLIENT, "sop")
            wait_served(session)
            other = durable.reconnect(victim, source=OTHER_CLIENT)
            kept.open(other, f"kept-{path}")
            other.connection.close()
            wait_until(lambda: len(sessions.sessions_of(samba, "sop")) == 1,
                       "the other session has ended")
        assert pipe.receive_werror() == NERR_SUCCESS
    assert reclaimed(kept, other, f"kept-{path}") == SUCCESS
    assert reclaimed(his, victim, path) == GONE


@contextlib.contextmanager
def hung_session(samba, path):
    """A session of alice with a durable handle, which cannot end meanwhile.

    It waits for an answer of the process that serves winreg.
    """
    his, before = durable.Handle(), background_closes(samba)
    with Connection(samba, "3.0", source=CLIENT) as near:
        victim = near.login("alice")
        # Else the whole smbd would be ended when the time is nearly up.
        near.login("bob")
        his.open(victim, path)
        smb2.never_answered(Pipe(victim, interface=WINREG).opened())
        yield victim
    # Since 4.20 a lost connection does not end the wait.
    for pid in samba.processes_of("rpcd_winreg"):
        processes.end(pid)
    # From 4.23 it ends his handle; before, it leaves it and says so.
    wait_until(lambda: background_closes(samba) > before
               or not his.is_on_record(samba),
               "the close that continues after the answer is over")


def background_closes(samba):
    """How many have ended with something left."""
    return samba.log().count("1 sessions after its answer: NT_STATUS")


@pytest.mark.parametrize("late", [False, True],
                         ids=["before the answer", "after it"])
@pytest.mark.parametrize("client", [None, CLIENT],
                         ids=["by user", "by client"])
def test_handle_of_a_session_that_came_after_the_call(
        hasty_samba, hasty_caller, path, client, late):
    """A close continued after ERROR_TIMEOUT ends only what was asked for."""
    samba, kept, pipe = hasty_samba, durable.Handle(), Pipe(hasty_caller)
    with hung_session(samba, f"his-{path}") as victim:
        pipe.send_session_del(client, "alice")
        wait_served(hasty_caller)
        if late:
            assert pipe.receive_werror() == ERROR_TIMEOUT
        other = (durable.reconnect(victim, source=OTHER_CLIENT) if client
                 else victim.connection.login("alice"))
        kept.open(other, path)
        if not late:
            assert pipe.receive_werror() == ERROR_TIMEOUT
        other.connection.close()
    assert reclaimed(kept, other, path) == SUCCESS
