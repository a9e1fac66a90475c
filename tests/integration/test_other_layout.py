# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of another layout: stock Samba serves, on a cluster too."""

import contextlib

import pytest

from testbed.clients.connections import (
    ALIVE, CALLER, CLIENT, DISCONNECTED, connect)
from testbed.clients.session_enum import enumerate_sessions
from testbed.clients.srvsvc import ERROR_ACCESS_DENIED, NERR_SUCCESS, Pipe
from testbed.faults import other_layout
from testbed.observe import sanitizers
from testbed.processes import wait_until
from testbed.servers.cluster import Cluster
from testbed.servers.standalone import Server

pytestmark = pytest.mark.skipif(
    sanitizers.active(), reason="the sanitizer must be preloaded first")


@pytest.fixture(name="samba", scope="module",
                params=["one server", "a cluster"])
def _samba(request):
    with contextlib.ExitStack() as stack:
        if request.param == "a cluster":
            samba = stack.enter_context(Cluster(2))[1]
        else:
            samba = stack.enter_context(Server())
        samba.require_module()
        samba.environment = stack.enter_context(other_layout.environment())
        yield samba


@pytest.fixture(name="new_worker")
def _new_worker(samba):
    """The first call of a worker is the one that finds out."""
    samba.restart_dcerpcd(samba.environment)
    samba.require_module()
    return len(samba.log())


def close(pipe):
    return pipe.net_session_del(user="alice")


def list_all(pipe):
    return enumerate_sessions(pipe, 1).result


def complaints(samba, start):
    return samba.log()[start:].count("records of another layout")


@pytest.mark.parametrize("first", [close, list_all])
def test_worker_leaves_all_calls_to_stock_samba(samba, new_worker, first):
    """Which refuses a Server Operator."""
    with (connect(samba, "alice", source=CLIENT) as victim,
          connect(samba, "sop", source=CALLER) as caller):
        pipe = Pipe(caller)
        assert first(pipe) == ERROR_ACCESS_DENIED
        assert close(pipe) == list_all(pipe) == ERROR_ACCESS_DENIED
        assert pipe.server_info() == "TESTBED"
        assert victim.alive() == ALIVE
    assert complaints(samba, new_worker) == 1


@pytest.mark.usefixtures("new_worker")
def test_stock_samba_closes_for_root(samba):
    """By ending the smbd: it is not us."""
    with (connect(samba, "alice", source=CLIENT) as victim,
          connect(samba, "root", source=CALLER) as caller):
        assert close(Pipe(caller)) == NERR_SUCCESS
        wait_until(lambda: victim.alive() == DISCONNECTED, "its smbd ended")
