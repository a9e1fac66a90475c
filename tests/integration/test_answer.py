# SPDX-License-Identifier: GPL-3.0-or-later
"""When a call is answered and with what, with smbds that hang.

docs/spec.md#when-it-answers-and-with-what
"""

import contextlib
import os
import signal

import pytest

from testbed import series
from testbed.accounts import PASSWORD
from testbed.clients import smb2
from testbed.clients.connections import (
    ALIVE, CALLER, CLIENT, DELETED, DISCONNECTED, OTHER_CLIENT, SUCCESS,
    Connection, connect)
from testbed.clients.multichannel import as_client
from testbed.clients.samba_pipe import net_session_del_samba
from testbed.clients.srvsvc import (
    ERROR_BUSY, ERROR_TIMEOUT, NERR_CLIENT_NAME_NOT_FOUND, NERR_INTERNAL_ERROR,
    NERR_SUCCESS, Pipe, rpcclient, wait_served, werror)
from testbed.faults.hinder import stopped
from testbed.observe import audit, sessions
from testbed.observe.sessions import sessions_of, smbd_of, wait_gone
from testbed.processes import wait_until
from testbed.servers.plugin import MAX_WAITING
from testbed.servers.standalone import Server


LEVELS = ["none", "sign", "seal"]

CANCELLED = "STATUS_CANCELLED"


def test_other_calls_are_answered_while_one_waits(samba, caller, alice):
    worker = samba.worker_pids()
    assert len(worker) == 1
    waiting, other = Pipe(caller), Pipe(caller)
    with stopped(smbd_of(samba, alice)):
        waiting.send_session_del(user="alice")
        assert other.server_info() == "TESTBED"
        assert other.net_session_del(
            user="nobody-here") == NERR_CLIENT_NAME_NOT_FOUND
        assert len(sessions_of(samba, "alice")) == 1
    # If the worker had been busy, this call would have ended already.
    assert waiting.receive_werror() == NERR_SUCCESS
    assert samba.worker_pids() == worker
    assert alice.alive() == DELETED


def test_no_success_before_the_session_is_gone(samba, caller, alice):
    alice.open("held by alice", sharing=0)
    waiting = Pipe(caller)
    with stopped(smbd_of(samba, alice)):
        waiting.send_session_del(user="alice")
        wait_served(caller)
        answer = smb2.read(waiting.opened()).wait_pending()
    assert werror(answer) == NERR_SUCCESS
    assert sessions_of(samba, "alice") == []
    assert sessions.open_files(samba) == []


def test_hung_smbd_means_a_time_out_and_the_others_are_closed(
        hasty_samba, hasty_caller, hasty_alice):
    with connect(hasty_samba, "alice", source=OTHER_CLIENT) as other:
        with stopped(smbd_of(hasty_samba, hasty_alice)):
            assert Pipe(hasty_caller).net_session_del(
                user="alice") == ERROR_TIMEOUT
            assert other.alive() == DELETED
            row, = sessions_of(hasty_samba, "alice")
            assert row["address"] == CLIENT
        wait_gone(hasty_samba, "alice")
        # By the close or by the last resort, which was sent behind it.
        assert hasty_alice.alive() in (DELETED, DISCONNECTED)


def test_audit_shows_what_timed_out_and_what_was_closed(
        hasty_samba, hasty_caller, hasty_alice):
    pipe = Pipe(hasty_caller)
    with (connect(hasty_samba, "alice", source=OTHER_CLIENT),
          audit.Recording(hasty_samba, pipe) as record):
        with stopped(smbd_of(hasty_samba, hasty_alice)):
            assert pipe.net_session_del(user="alice") == ERROR_TIMEOUT
    call, *closed = record.syslog
    assert "ERROR_TIMEOUT (1460), 1 of 2 sessions ended" in call
    fates = {line.split(" at ")[1].split(":")[1]: line.rpartition(": ")[2]
             for line in closed}
    assert fates == {CLIENT: "asked, not confirmed", OTHER_CLIENT: "closed"}


def test_session_whose_owner_is_killed_meanwhile_is_gone(samba, caller,
                                                         alice):
    owner = smbd_of(samba, alice)
    waiting = Pipe(caller)
    with stopped(owner):
        waiting.send_session_del(user="alice")
        wait_served(caller)
        os.kill(owner, signal.SIGKILL)
        assert waiting.receive_werror() == NERR_SUCCESS


def test_session_without_a_channel_is_not_gone_before_its_files(
        hasty_samba, hasty_caller):
    """Its connection drops while one of its requests is still pending.

    smbd lives on because the same client has another connection. It keeps a
    record of the session, which has no channel and cannot be decoded.
    """
    with Connection(hasty_samba, "3.0", source=CLIENT, sign=True) as dropped:
        victim = dropped.login("alice")
        with as_client(dropped.engine.ClientGuid):
            other = Connection(hasty_samba, "3.0", source=OTHER_CLIENT,
                               sign=True)
        with other:
            bystander = other.login("bob")
            victim.open("held.txt", sharing=0)
            # The first byte of a call. The rest never comes.
            smb2.transact(Pipe(victim).opened(), b"\5").wait_pending()
            waiting = Pipe(hasty_caller)
            with stopped(smbd_of(hasty_samba, victim)):
                waiting.send_session_del(user="alice")
                wait_served(hasty_caller)
                dropped.close()
            before = hasty_samba.log().count("Range Error")
            answer = waiting.receive_werror()
            # Of the first look and the last resort's two walks; not of each of
            # the other looks.
            assert hasty_samba.log().count("Range Error") - before < 10
            gone = not any("held.txt" in str(entry)
                           for entry in sessions.open_files(hasty_samba))
            assert answer == (NERR_SUCCESS if gone else ERROR_TIMEOUT)
            assert bystander.alive() == ALIVE


def test_record_of_an_owner_dead_before_is_no_session(samba, caller, alice):
    owner = smbd_of(samba, alice)
    before = set(sessions.record_sizes(samba))
    os.kill(owner, signal.SIGKILL)
    wait_until(lambda: owner not in samba.smbd_pids(), "the owner is dead")
    assert set(sessions.record_sizes(samba)) == before
    assert Pipe(caller).net_session_del(
        user="alice") == NERR_CLIENT_NAME_NOT_FOUND


def test_call_beyond_those_that_may_wait_is_refused(samba, caller, alice):
    waiting = [Pipe(caller) for _ in range(MAX_WAITING)]
    one_more = Pipe(caller)
    with connect(samba, "bob", source=OTHER_CLIENT) as bob:
        with stopped(smbd_of(samba, alice)):
            for pipe in waiting:
                pipe.send_session_del(user="alice")
            wait_served(caller)
            assert one_more.net_session_del(user="bob") == ERROR_BUSY
            wait_until(lambda: any(
                'user "bob": ERROR_BUSY (170), 0 of 0 sessions ended' in line
                for line in audit.syslog_lines(samba)), "it is reported")
            assert bob.alive() == ALIVE
        assert [pipe.receive_werror() for pipe in waiting] == [
            NERR_SUCCESS] * MAX_WAITING
        assert one_more.net_session_del(user="bob") == NERR_SUCCESS
        assert bob.alive() == DELETED


def test_as_many_as_may_wait_do(samba, caller, alice):
    waiting = [Pipe(caller) for _ in range(MAX_WAITING - 1)]
    last = Pipe(caller)
    with connect(samba, "bob", source=OTHER_CLIENT) as bob:
        with stopped(smbd_of(samba, alice)):
            for pipe in waiting:
                pipe.send_session_del(user="alice")
            wait_served(caller)
            assert last.net_session_del(user="bob") == NERR_SUCCESS
            assert bob.alive() == DELETED
        assert {pipe.receive_werror() for pipe in waiting} == {NERR_SUCCESS}


def transacted(pipe, user):
    """Make a call as Windows clients do."""
    return pipe.transact_session_del(user=user)


def read(pipe, user):
    """A call as some other clients make it."""
    pipe.send_session_del(user=user)
    return smb2.read(pipe.opened())


def result_of(answer):
    """The result, or the status if there is none."""
    return werror(answer) if answer.status() == SUCCESS else answer.status()


@pytest.mark.parametrize("send, lost", [
    (transacted, ERROR_TIMEOUT),
    (read, CANCELLED if series.CANCELS_READS else ERROR_TIMEOUT),
])
def test_callers_that_close_each_other_both_end(hasty_samba, hasty_alice, send,
                                                lost):
    worker, = hasty_samba.worker_pids()
    with (connect(hasty_samba, "sop", source=CLIENT) as one,
          connect(hasty_samba, "adm", source=OTHER_CLIENT) as two,
          contextlib.ExitStack() as smbds_stopped):
        # Where nobody else is on the connection, it is ended as a whole.
        for session in (one, two):
            session.connection.login("bob")
        pipes = [(Pipe(one), "adm"), (Pipe(two), "sop")]
        with stopped(worker):
            # A session that has nothing pending would end at once.
            answers = [send(pipe, other).wait_pending()
                       for pipe, other in pipes]
            # A call whose caller is gone before it begins is dropped.
            for session in (one, two):
                smbds_stopped.enter_context(
                    stopped(smbd_of(hasty_samba, session)))
        wait_served(hasty_alice)
        smbds_stopped.close()
        results = [result_of(answer) for answer in answers]
        # The caller that is answered first can lose its session before the
        # other call ends.
        assert set(results) != {NERR_SUCCESS}
        assert set(results) <= {lost, ERROR_TIMEOUT, NERR_SUCCESS}
        wait_gone(hasty_samba, "sop", "adm")
        assert (one.alive(), two.alive()) == (DELETED, DELETED)


@pytest.mark.parametrize("level", LEVELS)
def test_caller_is_answered_before_its_own_session_ends(samba, level):
    with Connection(samba, source=CLIENT) as connection:
        caller = connection.login("sop")
        others = [connection.login(name) for name in ("alice", "bob")]
        assert Pipe(caller, level).net_session_del(user="sop") == NERR_SUCCESS
        wait_gone(samba, "sop")
        assert [other.alive() for other in others] == [ALIVE, ALIVE]
        assert caller.alive() == DELETED


@pytest.mark.parametrize("options", [
    {"dialect": "SMB1"}, {"dialect": "2.02"}, {"dialect": "2.1", "sign": True},
    {"dialect": "3.0", "encrypt": True}, {"dialect": "3.1.1", "encrypt": True},
], ids=lambda options: "-".join(map(str, options.values())))
def test_caller_is_answered_in_every_dialect(samba, options):
    with Connection(samba, source=CLIENT, **options) as connection:
        caller, other = connection.login("sop"), connection.login("alice")
        assert Pipe(caller).net_session_del(CLIENT, "sop") == NERR_SUCCESS
        wait_gone(samba, "sop")
        assert other.alive() == ALIVE


@pytest.mark.parametrize("level", LEVELS)
def test_callers_other_sessions_are_gone_when_it_is_answered(samba, level):
    with (Connection(samba, source=CLIENT) as connection,
          connect(samba, "sop", source=OTHER_CLIENT) as far):
        caller, near = connection.login("sop"), connection.login("sop")
        assert Pipe(caller, level).net_session_del(user="sop") == NERR_SUCCESS
        assert (near.alive(), far.alive()) == (DELETED, DELETED)
        wait_gone(samba, "sop")
        assert caller.alive() == DELETED


@pytest.mark.parametrize("dialect", ["2.1", "3.0"])
def test_own_session_is_known_after_reauthentication(samba, dialect):
    with Connection(samba, dialect, source=CLIENT) as connection:
        caller, other = connection.login("sop"), connection.login("alice")
        pipe = Pipe(caller)
        with caller.active() as smb_connection:
            smb_connection.login("sop", PASSWORD)
        assert pipe.net_session_del(CLIENT, "sop") == NERR_SUCCESS
        wait_gone(samba, "sop")
        assert other.alive() == ALIVE


@pytest.mark.parametrize("options", ["", "connect", "sign", "seal"])
def test_samba_client_is_answered_before_its_own_session_ends(samba, options):
    assert net_session_del_samba(samba, "sop", "", "sop",
                                 options) == NERR_SUCCESS
    wait_gone(samba, "sop")


def test_caller_that_is_someone_else_inside_rpc_keeps_its_answer(samba):
    """The session that carries the pipe counts, not the user inside RPC."""
    with Connection(samba, source=CLIENT) as connection:
        carrier, bystander = connection.login("alice"), connection.login("bob")
        pipe = Pipe(carrier, "sign", user="sop")
        assert pipe.net_session_del(user="alice") == NERR_SUCCESS
        wait_gone(samba, "alice")
        assert (bystander.alive(), carrier.alive()) == (ALIVE, DELETED)


def test_own_session_ends_when_the_pipe_is_closed_at_once(samba):
    with Connection(samba, source=CLIENT) as connection:
        caller, bystander = connection.login("sop"), connection.login("bob")
        pipe = Pipe(caller)
        assert pipe.net_session_del(user="sop") == NERR_SUCCESS
        pipe.close()
        wait_gone(samba, "sop")
        assert (bystander.alive(), caller.alive()) == (ALIVE, DELETED)


def test_own_session_ends_although_another_timed_out(hasty_samba):
    with (connect(hasty_samba, "sop", source=CLIENT) as caller,
          connect(hasty_samba, "sop", source=OTHER_CLIENT) as hung):
        with stopped(smbd_of(hasty_samba, hung)):
            assert Pipe(caller).net_session_del(user="sop") == ERROR_TIMEOUT
            sessions.wait_for_sessions(
                hasty_samba, lambda table: [row["address"] for row in table]
                == [OTHER_CLIENT], "the caller's session ends")
        wait_gone(hasty_samba, "sop")


def test_nobody_waits_for_the_callers_own_session(hasty_samba, hasty_caller):
    with Connection(hasty_samba, source=CLIENT) as connection:
        caller, bystander = connection.login("sop"), connection.login("bob")
        smb2.never_answered(Pipe(caller).opened())
        assert Pipe(caller).net_session_del(CLIENT, "sop") == NERR_SUCCESS
        wait_until(lambda: caller.alive() == DELETED, "it is asked to end")
        assert bystander.alive() == ALIVE
        assert [row["address"] for row in sessions_of(hasty_samba, "sop")
                if row["address"] != CALLER] == [CLIENT]
        # Its one second may be too little on a busy machine.
        other = Pipe(hasty_caller)
        if other.net_session_del(CLIENT) != NERR_SUCCESS:
            wait_until(lambda: other.net_session_del(CLIENT) in (
                NERR_SUCCESS, NERR_CLIENT_NAME_NOT_FOUND), "both are ended")


def test_caller_that_leaves_while_its_call_waits_harms_nobody(samba, caller,
                                                              alice):
    worker = samba.worker_pids()
    with stopped(smbd_of(samba, alice)):
        with connect(samba, "adm", source=OTHER_CLIENT) as leaver:
            Pipe(leaver).send_session_del(user="alice")
            wait_served(caller)
        wait_gone(samba, "adm")
        assert Pipe(caller).server_info() == "TESTBED"
    wait_gone(samba, "alice")
    assert samba.worker_pids() == worker
    assert Pipe(caller).net_session_del(
        user="alice") == NERR_CLIENT_NAME_NOT_FOUND


# Ways to authenticate that allow no late answer. The second is NTLM without
# extended session security.
AT_ONCE = [
    pytest.param("root", {"transport": "ncalrpc"}, id="ncalrpc"),
    pytest.param("sop", {"options": "sign", "arguments": [
        "--option=ntlmssp_client:ntlm2=no"]}, id="old-ntlm"),
]


@pytest.mark.parametrize("who, how", AT_ONCE)
def test_call_that_must_be_answered_at_once_succeeds(samba, alice, who, how):
    alice.open("held by alice", sharing=0)
    assert rpcclient(samba, who, f"netsessdel {CLIENT} alice",
                     **how).stdout == ""
    assert sessions_of(samba, "alice") == []
    assert sessions.open_files(samba) == []
    assert alice.alive() == DELETED


@pytest.mark.parametrize("who, how", AT_ONCE)
def test_call_that_must_be_answered_at_once_does_not_wait(
        samba, caller, alice, who, how):
    """Its time limit would be 20 s; rpcclient gives up sooner."""
    with connect(samba, "alice", source=CLIENT) as other:
        with stopped(smbd_of(samba, alice)):
            assert "WERR_TIMEOUT" in rpcclient(
                samba, who, f"netsessdel {CLIENT} alice", **how).stdout
            assert other.alive() == DELETED
            assert Pipe(caller).server_info() == "TESTBED"
        wait_gone(samba, "alice")
        assert alice.alive() == DELETED


def test_own_session_ends_after_an_answer_that_must_be_given_at_once(samba):
    _, how = AT_ONCE[1].values
    # rpcclient comes from the server's own address.
    sessions.wait_client_gone(samba, samba.address)
    with connect(samba, "sop", source=OTHER_CLIENT) as other:
        assert rpcclient(samba, "sop", f"netsessdel {samba.address} sop",
                         **how).stdout == ""
        sessions.wait_client_gone(samba, samba.address)
        assert other.alive() == ALIVE


def test_table_that_cannot_be_opened_is_no_refusal():
    """Only callers without the right get ERROR_ACCESS_DENIED."""
    with Server(address="127.0.0.3") as samba:
        pipe = Pipe(connect(samba, "sop", source=CALLER))
        table = samba.directory / "lock" / "smbXsrv_session_global.tdb"
        moved = table.rename(table.with_suffix(".moved"))
        table.mkdir()
        assert pipe.net_session_del(user="alice") == NERR_INTERNAL_ERROR
        table.rmdir()
        moved.rename(table)
        assert pipe.net_session_del(
            user="alice") == NERR_CLIENT_NAME_NOT_FOUND


def test_call_over_tcp_is_answered_alike(hasty_samba, hasty_alice):
    def call():
        return rpcclient(hasty_samba, "sop", f"netsessdel {CLIENT} alice",
                         options="sign", transport="ncacn_ip_tcp").stdout

    with stopped(smbd_of(hasty_samba, hasty_alice)):
        assert "WERR_TIMEOUT" in call()
    wait_gone(hasty_samba, "alice")
    assert "WERR_NERR_CLIENTNAMENOTFOUND" in call()
    with connect(hasty_samba, "alice", source=CLIENT) as again:
        assert call() == ""
        assert again.alive() == DELETED
