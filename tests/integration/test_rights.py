# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may end sessions, by logging in as each kind of caller.

docs/spec.md#who-may-call
"""

import contextlib

import pytest

from testbed import accounts, processes
from testbed.clients.connections import (
    ALIVE, CALLER, CLIENT as VICTIM, DELETED, DIALECTS, connect)
from testbed.clients.refusal import is_always_denied
from testbed.clients.samba_pipe import net_session_del_samba
from testbed.clients.srvsvc import (
    ERROR_ACCESS_DENIED, NERR_CLIENT_NAME_NOT_FOUND, NERR_SUCCESS, Pipe,
    rpcclient)
from testbed.observe import sessions
from testbed.servers.standalone import Server

ANONYMOUS = ""

MAY_END_SESSIONS = {"Administrators", "Server Operators"}
ALLOWED = ["root"] + [member for group, _, member in accounts.BUILTIN_GROUPS
                      if group in MAY_END_SESSIONS]
REFUSED = [ANONYMOUS, "alice", "administrators"] + [
    member for group, _, member in accounts.BUILTIN_GROUPS
    if group not in MAY_END_SESSIONS]
SOME_REFUSED = ["alice", "administrators", "accop", "printop", "backupop",
                "powerop"]

# rpcclient drops the backslashes of a name that is not in quotes.
RPCCLIENT_CALL = r'netsessdel "\\127.0.0.99" bob'


@pytest.fixture(name="samba", scope="module")
def _samba():
    with Server() as server:
        yield server


@pytest.fixture(name="guest_samba", scope="module", params=[
    pytest.param(name, id=f"guest-account-{name}")
    for name in ("nobody", "adm", "root")])
def _guest_samba(request):
    """A server that logs unknown users in as guest, even one with the right."""
    with Server(address="127.0.0.2", conf={
            "map to guest": "bad user",
            "guest account": request.param}) as server:
        yield server


def log_in(server, caller):
    """A session of a caller, who may be anonymous.

    In a dialect without signing: an unknown user has no key to sign with.
    """
    return connect(server, caller, dialect="3.0", source=CALLER)


def has_table_open(server):
    """Whether a worker has opened the session table."""
    return any(target.endswith("/smbXsrv_session_global.tdb")
               for pid in server.worker_pids()
               for target in processes.descriptors(pid).values())


@pytest.mark.parametrize("caller", ALLOWED)
def test_allowed_caller_ends_a_session(samba, caller):
    with connect(samba, "bob", source=VICTIM) as victim, \
            connect(samba, caller, source=CALLER) as session:
        pipe = Pipe(session)
        assert pipe.net_session_del("\\\\127.0.0.99", "bob") == \
            NERR_CLIENT_NAME_NOT_FOUND
        assert pipe.net_session_del(f"\\\\{VICTIM}", "bob") == NERR_SUCCESS
        assert victim.alive() == DELETED


@pytest.mark.parametrize("caller", REFUSED,
                         ids=lambda name: name or "anonymous")
def test_refused_caller_gets_the_same_answer_to_every_call(samba, caller):
    with log_in(samba, caller) as session:
        pipe = Pipe(session)
        assert is_always_denied(pipe), "without a session"
        with connect(samba, "bob", source=VICTIM) as victim:
            assert is_always_denied(pipe), "with a session"
            assert victim.alive() == ALIVE


@pytest.mark.parametrize("dialect", DIALECTS)
def test_rights_are_the_same_in_every_dialect(samba, dialect):
    with connect(samba, "sop", dialect=dialect) as allowed, \
            connect(samba, "alice", dialect=dialect) as refused:
        assert Pipe(allowed).net_session_del("\\\\127.0.0.99") == \
            NERR_CLIENT_NAME_NOT_FOUND
        assert is_always_denied(Pipe(refused))


def test_guest_is_always_refused(guest_samba):
    with log_in(guest_samba, "stranger") as guest, \
            connect(guest_samba, "bob", source=VICTIM) as victim:
        with guest.active() as smb_connection:
            assert smb_connection.isGuestSession()
        assert is_always_denied(Pipe(guest))
        assert victim.alive() == ALIVE


def test_anonymous_is_refused_with_any_guest_account(guest_samba):
    with log_in(guest_samba, ANONYMOUS) as anonymous:
        assert is_always_denied(Pipe(anonymous))


@pytest.mark.parametrize("level", ["sign", "seal"])
@pytest.mark.parametrize("caller", ALLOWED)
def test_caller_allowed_inside_rpc_ends_a_session(samba, caller, level):
    with connect(samba, "bob", source=VICTIM) as victim, \
            connect(samba, caller, source=CALLER) as session:
        pipe = Pipe(session, level)
        assert pipe.net_session_del(VICTIM, "bob") == NERR_SUCCESS
        assert victim.alive() == DELETED


@pytest.mark.parametrize("level", ["sign", "seal"])
@pytest.mark.parametrize("caller", SOME_REFUSED)
def test_caller_refused_inside_rpc_gets_the_same_answer(samba, caller, level):
    with connect(samba, "bob", source=VICTIM) as victim, \
            connect(samba, caller, source=CALLER) as session:
        assert is_always_denied(Pipe(session, level))
        assert victim.alive() == ALIVE


def test_user_inside_rpc_counts_not_the_user_of_the_pipe(samba):
    with connect(samba, "bob", source=VICTIM) as victim, \
            connect(samba, "alice", source=CALLER) as plain, \
            connect(samba, "sop", source=CALLER) as operator:
        assert is_always_denied(Pipe(operator, "sign", user="alice"))
        assert victim.alive() == ALIVE
        assert Pipe(plain, "sign", user="sop").net_session_del(
            VICTIM, "bob") == NERR_SUCCESS
        assert victim.alive() == DELETED


def test_refused_call_looks_nothing_up(samba):
    samba.restart_dcerpcd()
    with connect(samba, "alice") as refused, \
            connect(samba, "sop") as allowed:
        refused_pipe, allowed_pipe = Pipe(refused), Pipe(allowed)
        workers = samba.worker_pids()
        assert is_always_denied(refused_pipe)
        assert not has_table_open(samba)
        allowed_pipe.net_session_del("\\\\127.0.0.99")
        assert has_table_open(samba)
        assert samba.worker_pids() == workers


@contextlib.contextmanager
def locked_table(samba):
    """Keep everybody out of the session table during a with block."""
    table = sessions.session_tdb(samba)
    table.lock_all()
    try:
        yield
    finally:
        table.unlock_all()
        table.close()


def hangs_in_a_lock(pid):
    """Whether a process waits for a file lock or a mutex."""
    with open(f"/proc/{pid}/wchan", encoding="ascii") as file:
        place = file.read()
    return "lock" in place or "futex" in place


def test_refused_call_is_answered_while_nobody_can_look_anything_up(samba):
    """The worker has the table open, and cannot read it."""
    with connect(samba, "alice") as refused, \
            connect(samba, "sop") as allowed:
        refused_pipe, allowed_pipe = Pipe(refused), Pipe(allowed)
        allowed_pipe.net_session_del("\\\\127.0.0.99")
        worker, = samba.worker_pids()
        with locked_table(samba):
            assert is_always_denied(refused_pipe)
            allowed_pipe.send_session_del("\\\\127.0.0.99")
            processes.wait_until(lambda: hangs_in_a_lock(worker),
                                 "the allowed call waits for the table")
        assert allowed_pipe.receive_werror() == NERR_CLIENT_NAME_NOT_FOUND


@pytest.mark.parametrize("options", ["", "packet", "sign", "seal"])
@pytest.mark.parametrize("caller, answer", [
    ("root", "WERR_NERR_CLIENTNAMENOTFOUND"),
    ("adm", "WERR_NERR_CLIENTNAMENOTFOUND"),
    ("sop", "WERR_NERR_CLIENTNAMENOTFOUND"),
    ("alice", "WERR_ACCESS_DENIED"),
    ("administrators", "WERR_ACCESS_DENIED"),
    ("backupop", "WERR_ACCESS_DENIED"),
])
def test_rpcclient_gets_its_answer_by_name(samba, caller, answer, options):
    done = rpcclient(samba, caller, RPCCLIENT_CALL,
                     options=options)
    assert answer in done.stdout


@pytest.mark.parametrize("options", ["", "sign", "seal", "smb1", "smb2"])
@pytest.mark.parametrize("caller, answer", [
    ("root", NERR_CLIENT_NAME_NOT_FOUND),
    ("adm", NERR_CLIENT_NAME_NOT_FOUND),
    ("sop", NERR_CLIENT_NAME_NOT_FOUND),
    ("alice", ERROR_ACCESS_DENIED),
    ("administrators", ERROR_ACCESS_DENIED),
    ("accop", ERROR_ACCESS_DENIED),
])
def test_sambas_python_gets_its_answer(samba, caller, answer, options):
    assert net_session_del_samba(samba, caller, "\\\\127.0.0.99", "bob",
                                 options) == answer


@pytest.mark.parametrize("caller, answer", [
    ("sop", "WERR_NERR_CLIENTNAMENOTFOUND"),
    ("alice", "WERR_ACCESS_DENIED"),
])
def test_rights_are_the_same_over_tcp(samba, caller, answer):
    done = rpcclient(samba, caller, RPCCLIENT_CALL,
                     options="sign", transport="ncacn_ip_tcp")
    assert answer in done.stdout


def test_local_system_ends_a_session(samba):
    with connect(samba, "bob", source=VICTIM) as victim:
        done = rpcclient(samba, ANONYMOUS, f"netsessdel {VICTIM} bob",
                         transport="ncalrpc")
        assert done.returncode == 0, done.stdout
        assert victim.alive() == DELETED
        assert all(row["user"] != "bob"
                   for row in sessions.session_table(samba))
