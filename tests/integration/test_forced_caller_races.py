# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may call while "force user" or the sessions on an smbd change.

docs/spec.md#who-may-call
"""

from contextlib import ExitStack

import pytest

from testbed import processes, series
from testbed.clients.connections import (
    ALIVE, CALLER, CLIENT as VICTIM, OTHER_CLIENT, Connection, connect)
from testbed.clients.multichannel import as_client
from testbed.clients.session_enum import enumerate_sessions
from testbed.clients.srvsvc import ERROR_ACCESS_DENIED, NERR_SUCCESS, Pipe
from testbed.faults.hinder import stopped_idle
from testbed.observe import audit
from testbed.observe.sessions import wait_for_sessions
from testbed.servers.standalone import Server


def list_all(pipe):
    return enumerate_sessions(pipe, 0).result


def force_user(server, service, user):
    section = server.conf if service == "global" else server.shares[service]
    section["force user"] = user
    server.write_conf()


@pytest.mark.parametrize("service", ["global", "IPC$"])
def test_force_user_counts_from_the_first_client_on(service):
    """smbd loads a changed smb.conf for each client, unasked."""
    shares = {} if service == "global" else {service: {"comment": "none"}}
    with Server(shares=shares) as server:
        server.require_module()
        with connect(server, "alice") as session:
            pipe = Pipe(session)
            assert list_all(pipe) == ERROR_ACCESS_DENIED
            force_user(server, service, "adm")
            with connect(server, "alice") as other:
                assert list_all(Pipe(other)) == ERROR_ACCESS_DENIED
            assert list_all(pipe) == ERROR_ACCESS_DENIED
        with connect(server, "sop") as session:
            assert list_all(Pipe(session)) == NERR_SUCCESS


def test_connected_clients_keep_the_forced_user():
    with Server(shares={"IPC$": {"force user": "adm"}}) as server:
        server.require_module()
        with connect(server, "alice") as session:
            pipe = Pipe(session)
            assert list_all(pipe) == ERROR_ACCESS_DENIED
            force_user(server, "IPC$", "")
            assert list_all(pipe) == ERROR_ACCESS_DENIED


def call_and_leave(server, pipe, **arguments):
    """The call is served when only adm's and carol's sessions are left."""
    with ExitStack() as stack:
        for pid in server.worker_pids():
            stack.enter_context(stopped_idle(pid))
        pipe.send_session_del(**arguments)
        pipe.session.connection.close()
        wait_for_sessions(server, lambda table: sorted(
            row["user"] for row in table) == ["adm", "carol"],
            "the caller is gone")


@pytest.mark.skipif(series.WAITS_FOR_PIPES,
                    reason="the caller's session stays while its call is "
                    "served")
def test_guest_is_not_taken_for_the_user_of_that_name():
    with Server(conf={"force user": "bob",
                      "map to guest": "bad password"}) as server:
        server.require_module()
        with (connect(server, "carol", source=VICTIM) as victim,
              Connection(server, "3.0", source=CALLER) as connection):
            connection.login("adm")
            with as_client(connection.engine.ClientGuid):
                other = Connection(server, "3.0", source=OTHER_CLIENT)
            pipe = Pipe(other.login("adm", "wrong"))
            call_and_leave(server, pipe, user="carol")
            line = processes.wait_until(lambda: audit.result_lines(server),
                                        "the call is recorded")[-1]
            assert "ERROR_ACCESS_DENIED" in line
            assert victim.alive() == ALIVE
