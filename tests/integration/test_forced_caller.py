# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may call where "force user" reaches IPC$: the login counts.

docs/spec.md#who-may-call
"""

from contextlib import ExitStack

import pytest

from testbed import processes
from testbed.clients import smbsession
from testbed.clients.connections import (
    ALIVE, CALLER, CLIENT as VICTIM, DELETED, DIALECTS, OTHER_CLIENT,
    Connection, connect)
from testbed.clients.multichannel import add_channel, as_client
from testbed.clients.refusal import is_always_denied
from testbed.clients.session_enum import enumerate_sessions
from testbed.clients.srvsvc import (
    ERROR_ACCESS_DENIED, NERR_CLIENT_NAME_NOT_FOUND, NERR_SUCCESS, Pipe,
    rpcclient)
from testbed.observe import audit
from testbed.observe.sessions import (
    smbd_of, wait_for_sessions, wait_gone)
from testbed.servers.cluster import Cluster
from testbed.servers.standalone import Server

ANONYMOUS = ""
ALLOWED = ["root", "adm", "sop"]
REFUSED = [ANONYMOUS, "alice", "bob"]

WHY = "force user in [global]: cannot know who logged in: "
SEVERAL = WHY + "the caller's smbd has several sessions"
CLUSTER = WHY + "the server is part of a cluster"


@pytest.fixture(name="samba", scope="module",
                params=["adm", "bob", "root", "%U", "adm in IPC$"])
def _samba(request):
    """A server that forces a user, with the right or without it."""
    name, _, service = request.param.partition(" in ")
    forced = {"force user": name}
    with Server(conf={} if service else forced,
                shares={service: forced} if service else {}) as server:
        server.require_module()
        yield server


def list_all(pipe):
    return enumerate_sessions(pipe, 0).result


def recorded(samba, user):
    """The audit's line about a call for that user."""
    def lines():
        return [line for line in audit.result_lines(samba)
                if f'user "{user}"' in line]
    return processes.wait_until(lines, "the call is recorded")[-1]


@pytest.mark.parametrize("caller", ALLOWED)
def test_login_with_the_right_may_call(samba, caller):
    with (connect(samba, "carol", source=VICTIM) as victim,
          connect(samba, caller, source=CALLER) as session):
        pipe = Pipe(session)
        assert pipe.net_session_del("127.0.0.99", f"of-{caller}") == \
            NERR_CLIENT_NAME_NOT_FOUND
        assert list_all(pipe) == NERR_SUCCESS
        assert pipe.net_session_del(user="carol") == NERR_SUCCESS
        assert victim.alive() == DELETED
        assert f'by "TESTBED\\\\{caller}" (S-1-5-21-' in \
            recorded(samba, f"of-{caller}")


@pytest.mark.parametrize("caller", REFUSED,
                         ids=lambda name: name or "anonymous")
def test_login_without_the_right_is_refused(samba, caller):
    with (connect(samba, "carol", source=VICTIM) as victim,
          connect(samba, caller, dialect="3.0", source=CALLER) as session):
        pipe = Pipe(session)
        assert pipe.net_session_del(user=f"of-{caller}") == \
            ERROR_ACCESS_DENIED
        assert list_all(pipe) == ERROR_ACCESS_DENIED
        assert is_always_denied(pipe)
        assert victim.alive() == ALIVE
        if caller:
            assert f'by "TESTBED\\\\{caller}" (S-1-5-21-' in \
                recorded(samba, f"of-{caller}")


@pytest.mark.parametrize("dialect, encrypt", [
    *((dialect, False) for dialect in DIALECTS), ("3.0", True),
    ("3.1.1", True)])
def test_login_counts_in_every_dialect(samba, dialect, encrypt):
    how = {"dialect": dialect, "encrypt": encrypt, "source": CALLER}
    for caller, answer in {"sop": NERR_CLIENT_NAME_NOT_FOUND,
                           "alice": ERROR_ACCESS_DENIED}.items():
        with connect(samba, caller, **how) as session:
            assert Pipe(session).net_session_del("127.0.0.99") == answer


def test_login_counts_on_port_139(samba):
    with (connect(samba, "sop", port=139) as allowed,
          connect(samba, "alice", port=139) as refused):
        assert Pipe(allowed).net_session_del("127.0.0.99") == \
            NERR_CLIENT_NAME_NOT_FOUND
        assert is_always_denied(Pipe(refused))


def test_callers_own_session_is_closed_last(samba):
    """With a login of its own inside RPC, or without."""
    with ExitStack() as stack:
        own = []
        for user, level in {"sop": "none", "adm": "sign"}.items():
            session, other = (stack.enter_context(
                connect(samba, user, source=source))
                              for source in (CALLER, OTHER_CLIENT))
            assert Pipe(session, level).net_session_del(user=user) == \
                NERR_SUCCESS
            assert other.alive() == DELETED
            own.append(session)
        wait_gone(samba, "sop", "adm")
        assert [session.alive() for session in own] == [DELETED] * 2


def test_user_inside_rpc_is_answered_before_the_pipes_session_ends(samba):
    with Connection(samba, source=CALLER) as connection:
        carrier, bystander = connection.login("alice"), connection.login("bob")
        pipe = Pipe(carrier, "sign", user="sop")
        assert pipe.net_session_del(user="alice") == NERR_SUCCESS
        wait_gone(samba, "alice")
        assert (bystander.alive(), carrier.alive()) == (ALIVE, DELETED)


def test_user_inside_rpc_closes_others_on_the_connection_at_once(samba):
    with Connection(samba, source=CALLER) as connection:
        carrier, other = connection.login("alice"), connection.login("bob")
        pipe = Pipe(carrier, "sign", user="sop")
        assert pipe.net_session_del(user="bob") == NERR_SUCCESS
        assert (other.alive(), carrier.alive()) == (DELETED, ALIVE)


def test_two_logins_on_a_connection_are_refused(samba):
    with Connection(samba, source=CALLER) as connection:
        pipes = [Pipe(connection.login(user)) for user in ("adm", "bob")]
        for pipe in pipes:
            assert is_always_denied(pipe)
            assert list_all(pipe) == ERROR_ACCESS_DENIED
        assert samba.log(audit.LOG).count(SEVERAL) == 1
        assert samba.log(audit.LOG).count(WHY) == 1


def test_two_connections_of_a_client_are_refused(samba):
    """One smbd has both, and hands out the first one's address for both."""
    with Connection(samba, "3.0", source=CALLER, sign=True) as connection:
        one = connection.login("adm")
        with as_client(connection.engine.ClientGuid):
            other = connect(samba, "adm", dialect="3.0", source=CALLER,
                            sign=True)
        with other:
            assert smbd_of(samba, one) == smbd_of(samba, other)
            for session in one, other:
                assert is_always_denied(Pipe(session))
        wait_for_sessions(
            samba, lambda table: [row["user"] for row in table] == ["adm"],
            "only the first one is left")
        assert list_all(Pipe(one)) == NERR_SUCCESS


def test_login_with_two_channels_may_call(samba):
    with Connection(samba, "3.0", source=CALLER, sign=True) as connection:
        session = connection.login("adm")
        channel = add_channel(session, OTHER_CLIENT)
        for one in session, channel:
            assert list_all(Pipe(one)) == NERR_SUCCESS


@pytest.mark.parametrize("level", ["sign", "seal"])
def test_user_inside_rpc_counts(samba, level):
    with Connection(samba, source=CALLER) as connection:
        session = connection.login("bob")
        connection.login("adm")
        assert is_always_denied(Pipe(session, level, user="alice"))
        assert Pipe(session, level, user="sop").net_session_del(
            "127.0.0.99") == NERR_CLIENT_NAME_NOT_FOUND


def test_local_system_may_call(samba):
    with connect(samba, "carol", source=VICTIM) as victim:
        done = rpcclient(samba, ANONYMOUS, f"netsessdel {VICTIM} carol",
                         transport="ncalrpc")
        assert done.returncode == 0, done.stdout
        assert victim.alive() == DELETED


def test_root_may_call_without_a_login(samba):
    with connect(samba, "carol", source=VICTIM) as victim:
        assert smbsession.run(
            "close", "--user=carol", "-s",
            str(samba.smb_conf)).returncode == smbsession.DONE
        assert victim.alive() == DELETED


def test_nobody_may_call_over_smb_on_a_cluster():
    """Its table can be read only in a child, after the caller is known."""
    with Cluster(1, conf={"force user": "adm"}) as cluster:
        node = cluster[0]
        node.require_module()
        with (connect(node, "adm", source=CALLER) as administrator,
              connect(node, "alice", source=VICTIM) as other):
            for session in administrator, other:
                pipe = Pipe(session)
                assert is_always_denied(pipe)
                assert list_all(pipe) == ERROR_ACCESS_DENIED
            assert node.log(audit.LOG).count(CLUSTER) == 1
            assert smbsession.run(
                "list", "-s", str(node.smb_conf)).returncode == \
                smbsession.DONE
            assert Pipe(administrator, "sign").net_session_del(
                user="alice") == NERR_SUCCESS
            assert other.alive() == DELETED
