# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults around a call harm no answer, no session and no worker."""

import contextlib
import os
import resource
import signal
import subprocess
import threading

import pytest

from testbed import namespace, processes
from testbed.clients import durable, smb2
from testbed.clients.connections import (
    ALIVE, CALLER, CLIENT, DELETED, DISCONNECTED, OTHER_CLIENT, SUCCESS,
    Connection, connect, outcome)
from testbed.clients.srvsvc import (
    ERROR_BUSY, ERROR_NOT_ENOUGH_MEMORY, ERROR_TIMEOUT, LOST,
    NERR_CLIENT_NAME_NOT_FOUND, NERR_INTERNAL_ERROR, NERR_SUCCESS, Pipe,
    wait_served, werror)
from testbed.faults import share_mode_lock
from testbed.faults.hinder import limited, no_descriptors, stopped
from testbed.observe import audit, sanitizers, sessions
from testbed.observe.sessions import (
    record_sizes, sessions_of, smbd_of, wait_alone, wait_gone)
from testbed.processes import wait_reaped, wait_until
from testbed.servers.plugin import MAX_WAITING
from testbed.servers.standalone import Server

CALLS_AT_ONCE = 100

FULL = namespace.ROOT / "full"


@pytest.fixture(name="fresh_worker")
def _fresh_worker(samba):
    """A new worker that has served no call of ours."""
    worker, = samba.worker_pids()
    os.kill(worker, signal.SIGKILL)
    wait_reaped(worker)
    with connect(samba, "sop", source=CALLER) as session:
        Pipe(session).server_info()
    worker, = samba.worker_pids()
    return worker


def record_of(session):
    return (session.id & 0xffffffff).to_bytes(4, "big")


def message_sockets(samba):
    """The pids of processes that have a socket or a lock for messages."""
    return {int(entry.name) for place in (sessions.message_sockets(samba),
                                          samba.directory / "lock/msg.lock")
            for entry in place.iterdir()}


def orphaned_sockets(samba):
    """Those of message_sockets() that are dead.

    One that has just ended removed its own before.
    """
    dead = {pid for pid in message_sockets(samba)
            if not processes.executable(pid)}
    return dead & message_sockets(samba)


def assert_closes(samba, *, user="alice"):
    """A new caller on a new pipe closes a new session and no other."""
    with (connect(samba, user, source=CLIENT) as victim,
          connect(samba, "carol", source=CLIENT) as bystander,
          connect(samba, "sop", source=CALLER) as caller):
        pipe = Pipe(caller)
        assert pipe.net_session_del(user=user) == NERR_SUCCESS
        assert victim.alive() == DELETED
        assert bystander.alive() == ALIVE
        assert pipe.net_session_del(user=user) == NERR_CLIENT_NAME_NOT_FOUND
    wait_gone(samba, user, "carol")


# smbd dies

def call_for(caller, victim):
    """Make a call, and wait until the worker has begun it; the pipe."""
    pipe = Pipe(caller)
    pipe.send_session_del(user=victim.user)
    wait_served(caller)
    return pipe


@pytest.mark.parametrize("files", [0, 300])
def test_smbd_killed_while_it_closes_the_session(samba, caller, bob, files):
    for _ in range(3):
        with connect(samba, "alice", source=CLIENT) as alice:
            for number in range(files):
                alice.open(f"held-{number}")
            owner = smbd_of(samba, alice)
            pipe = call_for(caller, alice)
            os.kill(owner, signal.SIGKILL)
            assert pipe.receive_werror() == NERR_SUCCESS
            assert pipe.net_session_del(
                user="alice") == NERR_CLIENT_NAME_NOT_FOUND
    assert bob.alive() == ALIVE
    assert_closes(samba)


def test_smbd_killed_at_the_same_time_as_the_call_is_made(samba, caller, bob):
    """If the call comes first, the session ends; if not, there was none."""
    pipe = Pipe(caller)
    for _ in range(10):
        with connect(samba, "alice", source=CLIENT) as alice:
            owner = smbd_of(samba, alice)
            pipe.send_session_del(user="alice")
            os.kill(owner, signal.SIGKILL)
            assert pipe.receive_werror() in (NERR_SUCCESS,
                                             NERR_CLIENT_NAME_NOT_FOUND)
    assert bob.alive() == ALIVE
    assert_closes(samba)


@pytest.fixture(name="dead", scope="module")
def _dead():
    """A server with 300 session records of smbds that were killed."""
    with Server(address="127.0.0.3",
                conf={"sessiondel:timeout": "2"}) as server:
        connections = [Connection(server, "2.1", source=CLIENT)
                       for _ in range(6)]
        for connection in connections:
            for _ in range(50):
                connection.login("alice")
        owners = {row["pid"] for row in sessions_of(server, "alice")}
        assert len(owners) == 6
        for owner in owners:
            os.kill(owner, signal.SIGKILL)
        wait_until(lambda: not owners & set(server.smbd_pids()),
                   "the owners are dead")
        assert len(record_sizes(server)) >= 300
        yield server


def test_records_of_dead_owners_are_no_sessions(dead):
    with connect(dead, "sop", source=CALLER) as caller:
        before = record_sizes(dead)
        assert Pipe(caller).net_session_del(
            user="alice") == NERR_CLIENT_NAME_NOT_FOUND
        assert Pipe(caller).net_session_del(
            CLIENT) == NERR_CLIENT_NAME_NOT_FOUND
        assert record_sizes(dead) == before


def test_live_session_is_closed_among_records_of_dead_owners(dead):
    with (connect(dead, "sop", source=CALLER) as caller,
          connect(dead, "alice", source=OTHER_CLIENT) as alice):
        pipe = Pipe(caller)
        with audit.Recording(dead, pipe, where=("log",)) as record:
            assert pipe.net_session_del(user="alice") == NERR_SUCCESS
        assert "1 of 1 sessions ended" in record.log[0]
        assert record_of(alice) not in record_sizes(dead)
        assert alice.alive() == DELETED
        assert len(record_sizes(dead)) >= 300


# The worker dies

def test_worker_killed_while_a_call_waits(samba, caller, alice, bob):
    waiting = Pipe(caller)
    worker, = samba.worker_pids()
    wait_alone(samba, caller, alice, bob)
    before, orphans = record_sizes(samba), orphaned_sockets(samba)
    with stopped(smbd_of(samba, alice)):
        waiting.send_session_del(user="alice")
        wait_served(caller)
        os.kill(worker, signal.SIGKILL)
        with pytest.raises(LOST):
            waiting.receive_werror()
        wait_reaped(worker)
        assert record_sizes(samba) == before
        # A killed worker cannot remove its own socket, on stock Samba either.
        assert orphaned_sockets(samba) - orphans <= {worker}
    # The message to smbd had arrived.
    wait_gone(samba, "alice")
    del before[record_of(alice)]
    assert record_sizes(samba) == before
    assert (alice.alive(), bob.alive()) == (DELETED, ALIVE)
    assert_closes(samba)
    following, = samba.worker_pids()
    assert following != worker
    assert samba.worker_has_module(following)


def test_dcerpcd_restarted_while_a_call_waits(samba, caller, alice, bob):
    waiting = Pipe(caller)
    wait_alone(samba, caller, alice, bob)
    before, orphans = record_sizes(samba), orphaned_sockets(samba)
    with stopped(smbd_of(samba, alice)):
        waiting.send_session_del(user="alice")
        wait_served(caller)
        ended = set(samba.dcerpcd_pids())
        samba.restart_dcerpcd()
        with pytest.raises(LOST):
            waiting.receive_werror()
        assert record_sizes(samba) == before
        # On stock Samba, its processes also leave theirs.
        assert orphaned_sockets(samba) - orphans <= ended
    wait_gone(samba, "alice")
    assert (alice.alive(), bob.alive()) == (DELETED, ALIVE)
    assert_closes(samba)


# Out of descriptors, disk space or memory

def naps(pid):
    """How many times a process has slept."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        return next(int(line.split()[1]) for line in status
                    if line.startswith("voluntary_ctxt_switches:"))


def wait_looked_about(worker):
    """Wait until a worker with one waiting call has looked at it again."""
    before = naps(worker)
    wait_until(lambda: naps(worker) > before + 5, "it has looked again")


def test_table_that_cannot_be_opened_for_want_of_descriptors(
        samba, fresh_worker, caller, alice):
    pipe = Pipe(caller)
    with no_descriptors(fresh_worker):
        assert pipe.net_session_del(user="alice") == NERR_INTERNAL_ERROR
        assert alice.alive() == ALIVE
    assert pipe.net_session_del(user="alice") == NERR_SUCCESS
    assert alice.alive() == DELETED
    assert samba.worker_pids() == [fresh_worker]


def test_owner_that_cannot_be_looked_up_is_not_dead(samba, caller, alice):
    """To tell a process from an older one with its pid takes a descriptor."""
    pipe, worker = Pipe(caller), samba.worker_pids()
    pipe.net_session_del(user="nobody-here")
    with no_descriptors(*worker):
        pipe.send_session_del(user="alice")
        answer = smb2.read(pipe.opened()).wait_pending()
        assert alice.alive() == ALIVE
    # It is asked as soon as that is possible.
    assert werror(answer) == NERR_SUCCESS
    assert alice.alive() == DELETED
    assert samba.worker_pids() == worker


def test_no_success_for_want_of_descriptors_while_it_waits(
        samba, caller, alice):
    waiting, (worker,) = Pipe(caller), samba.worker_pids()
    with stopped(smbd_of(samba, alice)):
        waiting.send_session_del(user="alice")
        wait_served(caller)
        answer = smb2.read(waiting.opened()).wait_pending()
        with no_descriptors(worker):
            wait_looked_about(worker)
        wait_served(caller)
        assert len(sessions_of(samba, "alice")) == 1
        assert Pipe(caller).server_info() == "TESTBED"
    assert werror(answer) == NERR_SUCCESS
    assert sessions_of(samba, "alice") == []


def test_line_for_a_syslog_that_cannot_be_opened_is_in_the_log(samba, caller):
    pipe, (worker,) = Pipe(caller), samba.worker_pids()
    samba.write_conf({"sessiondel:audit": "syslog"})
    os.kill(worker, signal.SIGHUP)
    try:
        with audit.Recording(samba, pipe, where=("syslog",)):
            pass
        with no_descriptors(worker):
            assert pipe.net_session_del(
                user="not-in-syslog") == NERR_CLIENT_NAME_NOT_FOUND
            wait_until(lambda: any("not-in-syslog" in line for line in
                                   audit.log_lines(samba)), "it is logged")
        with audit.Recording(samba, pipe, where=("syslog",)) as record:
            pipe.net_session_del(user="in-syslog")
        assert "in-syslog" in record.syslog[0]
    finally:
        samba.write_conf({"sessiondel:audit": "both"})
        os.kill(worker, signal.SIGHUP)
    assert samba.worker_pids() == [worker]


def test_bad_value_for_durable_handles_is_the_default(samba, caller):
    pipe, (worker,) = Pipe(caller), samba.worker_pids()
    samba.write_conf({"sessiondel:durable handles": "perhaps"})
    os.kill(worker, signal.SIGHUP)
    warning = ('sessiondel:durable handles = "perhaps" is not close or '
               'keep, using the default')

    def warned():
        pipe.net_session_del(user="nobody-here")
        return warning in samba.log()

    try:
        wait_until(warned, "the worker has read it")
        with connect(samba, "alice", source=CLIENT) as alice:
            handle = durable.Handle()
            handle.open(alice, "durable.txt")
            assert pipe.net_session_del(user="alice") == NERR_SUCCESS
            with durable.reconnect(alice, source=CLIENT) as again:
                assert outcome(handle.reclaim, again,
                               "durable.txt") == durable.GONE
        assert samba.log().count(warning) == 1
    finally:
        samba.write_conf({"sessiondel:durable handles": "close"})
        os.kill(worker, signal.SIGHUP)


@contextlib.contextmanager
def small_disk():
    """In a with block, a small file system; where it is."""
    FULL.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m,mode=0755",
                    "full", FULL], check=True)
    try:
        yield FULL
    finally:
        subprocess.run(["umount", "-l", FULL], check=True)


def fill(place):
    """Fill a file system; the file that fills it."""
    filler = place / "filler"
    with open(filler, "wb", buffering=0) as hog, \
            contextlib.suppress(OSError):
        while True:
            hog.write(bytes(4096))
    assert os.statvfs(place).f_bavail == 0
    return filler


def test_full_disk_stops_no_close():
    with small_disk() as place, Server(
            address="127.0.0.4", conf={"lock directory": str(place)}) as samba:
        with (connect(samba, "sop", source=CALLER) as caller,
              connect(samba, "alice", source=CLIENT) as alice,
              connect(samba, "bob", source=OTHER_CLIENT) as bob):
            durable.Handle().open(alice, "durable.txt")
            alice.open("held.txt", sharing=0)
            pipe, worker = Pipe(caller), samba.worker_pids()
            filler = fill(place)
            assert pipe.net_session_del(
                user="nobody-here") == NERR_CLIENT_NAME_NOT_FOUND
            assert pipe.net_session_del(user="alice") == NERR_SUCCESS
            assert alice.alive() == DELETED
            assert pipe.net_session_del(
                user="alice") == NERR_CLIENT_NAME_NOT_FOUND
            assert bob.alive() == ALIVE
            filler.unlink()
            # smbstatus itself needs disk space.
            assert sessions_of(samba, "alice") == []
            assert sessions.open_files(samba) == []
            assert samba.worker_pids() == worker
        assert_closes(samba)


def virtual_bytes(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()


def answer_or_lost(pipe, **arguments):
    """The WERROR; None when the worker did not survive."""
    try:
        return pipe.net_session_del(**arguments)
    except LOST:
        return None


@pytest.mark.skipif(sanitizers.active(), reason="the address sanitizer ends "
                    "a worker that gets no memory")
@pytest.mark.parametrize("spare_kib", [0, 64])
def test_worker_out_of_memory_hurts_nobody_else(samba, bob, spare_kib):
    with (connect(samba, "sop", source=CALLER) as caller,
          Connection(samba, "2.1", source=CLIENT) as many):
        victims = [many.login("alice") for _ in range(200)]
        pipe, (worker,) = Pipe(caller), samba.worker_pids()
        with limited(worker, resource.RLIMIT_AS,
                     virtual_bytes(worker) + 1024 * spare_kib):
            answer = answer_or_lost(pipe, user="alice")
            assert answer in (NERR_SUCCESS, ERROR_NOT_ENOUGH_MEMORY, None)
            left = sessions_of(samba, "alice")
            if answer == NERR_SUCCESS:
                assert left == []
            assert bob.alive() == ALIVE
            bob.open("written-meanwhile").write(b"unhurt")
        if answer != NERR_SUCCESS and left:
            with connect(samba, "sop", source=CALLER) as again:
                assert Pipe(again).net_session_del(
                    user="alice") == NERR_SUCCESS
        assert {victim.alive() for victim in victims} == {DELETED}
    wait_gone(samba, "alice")
    assert_closes(samba)


# Many calls wait

def test_hundred_calls_on_a_stopped_smbd(hasty_samba):
    samba = hasty_samba
    with (connect(samba, "sop", source=CALLER) as caller,
          connect(samba, "bob", source=OTHER_CLIENT) as bob,
          connect(samba, "alice", source=CLIENT) as alice):
        worker = samba.worker_pids()
        pipes = [Pipe(caller) for _ in range(CALLS_AT_ONCE)]
        wait_alone(samba, caller, bob, alice)
        before = record_sizes(samba)
        with stopped(smbd_of(samba, alice)):
            # While it is stopped the requests pile up; then it reads them all.
            with stopped(*worker):
                answers = []
                for pipe in pipes:
                    pipe.send_session_del(user="alice")
                    answers.append(smb2.read(pipe.opened()).wait_pending())
            werrors = [werror(answer) for answer in answers]
            assert werrors.count(ERROR_TIMEOUT) == MAX_WAITING
            assert werrors.count(ERROR_BUSY) == CALLS_AT_ONCE - MAX_WAITING
            assert record_sizes(samba) == before
            assert bob.alive() == ALIVE
        wait_gone(samba, "alice")
        del before[record_of(alice)]
        assert record_sizes(samba) == before
        # By the close or by the last resort, which was sent behind it.
        assert alice.alive() in (DELETED, DISCONNECTED)
        assert pipes[0].net_session_del(user="bob") == NERR_SUCCESS
        assert samba.worker_pids() == worker
    assert_closes(samba)


def results_of(samba, user):
    """The results of calls for a user's sessions, from syslog."""
    return [line.partition(f'user "{user}": ')[2].split(" sessions")[0]
            for line in audit.syslog_lines(samba)
            if f'user "{user}": ' in line and not audit.is_closing(line)]


def hang_up(samba, session):
    """Close a caller's connection, and wait until the worker has noticed."""
    session.connection.close()
    sessions.wait_client_gone(samba, CALLER)
    with connect(samba, "sop", source=OTHER_CLIENT) as other:
        wait_served(other)


def test_call_whose_caller_hangs_up_is_carried_through(samba, bob):
    before = len(results_of(samba, "alice"))
    with connect(samba, "alice", source=CLIENT) as alice:
        caller = connect(samba, "sop", source=CALLER)
        with stopped(smbd_of(samba, alice)):
            Pipe(caller).send_session_del(user="alice")
            wait_served(caller)
            hang_up(samba, caller)
            assert len(results_of(samba, "alice")) == before
        wait_until(lambda: len(results_of(samba, "alice")) > before,
                   "the result is recorded")
        assert results_of(samba, "alice")[before:] == [
            "NERR_Success (0), 1 of 1"]
        assert (alice.alive(), bob.alive()) == (DELETED, ALIVE)


def test_calls_whose_callers_hang_up_keep_their_slots_to_their_end():
    """Which comes at their limit at the latest."""
    with Server(address="127.0.0.5",
                conf={"sessiondel:timeout": "10"}) as samba:
        with (connect(samba, "alice", source=CLIENT) as alice,
              connect(samba, "adm", source=OTHER_CLIENT) as other):
            caller = connect(samba, "sop", source=CALLER)
            pipes = [Pipe(caller) for _ in range(MAX_WAITING)]
            pipe, worker = Pipe(other), samba.worker_pids()
            with stopped(smbd_of(samba, alice)):
                # While it is stopped they gather, so all have the same time.
                with stopped(*worker):
                    for waiting in pipes:
                        waiting.send_session_del(user="alice")
                wait_served(caller)
                hang_up(samba, caller)
                assert pipe.net_session_del(user="nobody") == ERROR_BUSY
                wait_until(lambda: pipe.net_session_del(user="nobody")
                           == NERR_CLIENT_NAME_NOT_FOUND, "a slot is free")
                wait_until(lambda: len(results_of(samba, "alice"))
                           == MAX_WAITING, "all are recorded")
                assert set(results_of(samba, "alice")) == {
                    "ERROR_TIMEOUT (1460), 0 of 1"}
            wait_gone(samba, "alice")
            assert samba.worker_pids() == worker


# smbd waits for a lock in an event loop of its own

def event_loops(pid):
    return list(processes.descriptors(pid).values()).count(
        "anon_inode:[eventpoll]")


@contextlib.contextmanager
def nested_loop(samba, session, path):
    """In a with block, a session's smbd waits for the lock of a file that
    carol has open, because the session is about to open it."""
    server_file = samba.directory / "shares" / "share" / path
    with connect(samba, "carol", source=OTHER_CLIENT) as carol:
        carol.open(path)
        session.tree()
        opened = []
        opener = threading.Thread(
            target=lambda: opened.append(outcome(session.open, path)))
        owner = smbd_of(samba, session)
        before = event_loops(owner)
        with share_mode_lock.held(samba, server_file):
            opener.start()
            wait_until(lambda: event_loops(owner) > before, "it is in there")
            yield
        opener.join()
        assert opened == [SUCCESS]


def test_closes_that_reach_an_smbd_in_a_nested_loop(samba, caller):
    """It loses all but the first then, so they are sent again."""
    with Connection(samba, source=CLIENT) as near:
        bystander = near.login("bob")
        victims = [near.login("alice") for _ in range(3)]
        pipe = Pipe(caller)
        with nested_loop(samba, bystander, "nested.txt"):
            pipe.send_session_del(user="alice")
            wait_served(caller)
            answer = smb2.read(pipe.opened()).wait_pending()
            assert len(sessions_of(samba, "alice")) == len(victims)
        assert werror(answer) == NERR_SUCCESS
        assert [victim.alive() for victim in victims] == [DELETED] * 3
        assert bystander.alive() == ALIVE
